"""A ledger's entry as a message that Slack, and whatever takes its incoming webhooks, shows."""

from typing import Any, Final

from modelstore.history import Entry, Event

_TEXT: Final = 1000
"""Characters of a reason."""

_WORDS: Final = {
    Event.PROMOTED: ("✅", "serves everyone", "#2eb67d"),
    Event.ABORTED: ("⛔", "was aborted", "#e01e5a"),
    Event.ROLLED_BACK: ("↩️", "serves again", "#ecb22e"),
    Event.RELEASED: ("📦", "is being released", "#36c5f0"),
}


def message(entry: Entry, stack: str, link: str | None = None) -> dict[str, Any]:
    """The body of the request.

    Args:
        entry: what happened.
        stack: where, like `slipway/prod`.
        link: to whoever did it, like a pipeline's run.
    """
    sign, words, colour = _WORDS[entry.event]
    before = f", after {entry.previous.version}" if entry.previous and entry.previous.version else ""
    text = f"{sign} {entry.model} {entry.version} {words} in {stack}{before}"
    fields = [
        _field("model", f"{entry.model} {entry.version}"),
        _field("stack", stack),
        _field("event", entry.event.value),
        _field("release", f"{entry.release}{f', attempt {entry.attempt}' if entry.attempt > 1 else ''}"),
        *([_field("commit", entry.commit[:12])] if entry.commit else []),
        *([_field("why", _clipped(entry.reason), short=False)] if entry.reason else []),
        *([{"title": "run", "value": f"<{_escaped(link)}>", "short": False}] if link else []),
    ]
    attachment = {"color": colour, "fallback": _escaped(text), "fields": fields, "ts": int(entry.at.timestamp())}
    return {"text": _escaped(text), "attachments": [attachment]}


def _field(title: str, value: str, *, short: bool = True) -> dict[str, Any]:
    return {"title": title, "value": _escaped(value), "short": short}


def _clipped(text: str) -> str:
    return text if len(text) <= _TEXT else f"{text[:_TEXT]}…"


def _escaped(text: str) -> str:
    # Otherwise `<!channel>` in a reason would call everybody.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
