"""A release on a page that needs nothing else: what happened when, what it was judged by, and how both versions did.

The ledger says what happened; Prometheus shows it, as long as it keeps what it knows of that time. Without it the page
is made all the same, and says what is missing.
"""

import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from typing import Any, Final

from modelstore.history import Entry, Event, Figure, History, Served
from panels import release as release_panels
from panels.judged import JUDGED, SOON, judged
from panels.panel import Kind, Panel, Unit
from slipway.errors import BadInput, SlipwayError
from slipway.monitoring.figures import NOTHING, Colours, figure, local_time, written
from slipway.monitoring.prometheus import Prometheus
from slipway.monitoring.snapshot import Line, Missing, Model, Seen, Snapshot

_AROUND: Final = timedelta(seconds=60)
"""Before a release began and after it ended."""
_POINTS: Final = 240
_SHORTEST_STEP: Final = 5
_SHORTEST_WINDOW: Final = 30
"""Seconds; two scrapes at the least."""
_SHORT: Final = 12
"""Digits of a hash that tell enough."""
_LEVELS: Final = {
    Event.RELEASED: "plain",
    Event.PROMOTED: "good",
    Event.ABORTED: "bad",
    Event.ROLLED_BACK: "good",
}


@dataclass(frozen=True)
class Try:
    """One try of a release: its entries, oldest first, at least one."""

    entries: tuple[Entry, ...]

    @property
    def last(self) -> Entry:
        """How it stands."""
        return self.entries[-1]

    @property
    def previous(self) -> Served | None:
        """What served before it."""
        return next((one.previous for one in self.entries if one.previous), None)

    @property
    def over(self) -> bool:
        """Whether its end is written."""
        return self.last.event is not Event.RELEASED


def tries(history: History) -> Iterator[Try]:
    """All tries of a ledger, oldest first."""
    found: list[Entry] = []
    for entry in history.entries:
        ended = bool(found) and found[-1].event is not Event.RELEASED
        other = bool(found) and (found[-1].release, found[-1].attempt) != (entry.release, entry.attempt)
        if found and (other or ended):
            yield Try(tuple(found))
            found = []
        found.append(entry)
    if found:
        yield Try(tuple(found))


def choose(history: History, wanted: str | None) -> Try:
    """The last try of a ledger, or the last one of a release or version.

    Args:
        history: of the model.
        wanted: a release's id or its beginning, or a version; None for the last of all.

    Raises:
        BadInput: there is none.
    """
    found = [
        one
        for one in tries(history)
        if wanted is None or one.last.version == wanted or one.last.release.startswith(wanted)
    ]
    if not found:
        if wanted is None:
            raise BadInput("the ledger is empty: nothing was released yet")
        known = ", ".join(dict.fromkeys(f"{one.last.version} ({one.last.release})" for one in tries(history)))
        raise BadInput(f"--release {wanted} is in no entry of the ledger; it has {known or 'none at all'}")
    return found[-1]


def document(
    tried: Try, namespace: str, name: str, prometheus: Prometheus | Missing, now: Callable[[], datetime]
) -> dict[str, Any]:
    """All that the page shows, ready for JSON.

    Args:
        tried: the release.
        namespace: where the model is served.
        name: of its objects, which is how Prometheus knows it.
        prometheus: who is asked, or why nobody is.
        now: gives the time, with the zone in which times are shown.
    """
    zone = now().tzinfo
    begun = tried.entries[0].at.astimezone(zone)
    ended = tried.last.at.astimezone(zone) if tried.over else now()
    snapshot = look(tried, Model(namespace, name), prometheus, begun - _AROUND, ended + _AROUND)
    colours = Colours()
    colours.learn(snapshot)
    last = tried.last
    return {
        "title": f"{name} {last.version}",
        "verdict": str(last.event).replace("_", " ") if tried.over else "under way",
        "level": _LEVELS[last.event],
        "reason": last.reason,
        "facts": [{"name": fact, "text": text} for fact, text in _facts(tried, namespace, name)],
        "tiles": list(_tiles(tried, begun, ended)),
        "timeline": [_happened(one, zone) for one in tried.entries],
        "judged": list(_judged(last.figures)),
        "panels": [_panel(seen, snapshot, colours, tried) for seen in snapshot.seen],
        "source": f"Made {now():%Y-%m-%d %H:%M:%S %Z} from the ledger and "
        + (f"without Prometheus: {prometheus.why}" if isinstance(prometheus, Missing) else prometheus.access.where),
    }


def page(document: dict[str, Any]) -> str:
    """The document as one HTML file, with its styles, its script and plotly in it."""
    # Here, because other commands need not wait for it.
    from plotly.offline import get_plotlyjs

    def file(package: str, name: str) -> str:
        return resources.files(package).joinpath("page", name).read_text()

    told = json.dumps(document, ensure_ascii=False, allow_nan=False).replace("<", r"\u003c")
    parts = {
        "title": html.escape(f"{document['title']} · {document['verdict']}"),
        "style": file("slipway.monitoring", "page.css") + file("slipway.releases", "report.css"),
        "document": told,
        "plotly": get_plotlyjs(),
        "script": file("slipway.monitoring", "drawing.js") + file("slipway.releases", "report.js"),
    }
    return re.sub(r"<!--(\w+)-->", lambda mark: parts[mark[1]], file("slipway.releases", "report.html"))


def look(tried: Try, model: Model, prometheus: Prometheus | Missing, start: datetime, end: datetime) -> Snapshot:
    """What Prometheus knows of a release."""
    whole = int((end - start).total_seconds())
    step = max(whole // _POINTS, _SHORTEST_STEP)
    previous = tried.previous
    releases = (tried.last.release, *([previous.release] if previous and previous.release else []))
    table = release_panels.panels(releases, max(_SHORTEST_WINDOW, 2 * step), whole)

    def answer(panel: Panel) -> Seen:
        if isinstance(prometheus, Missing):
            return Seen(panel, [], prometheus)
        try:
            return Seen(panel, list(_lines(panel, prometheus)), None)
        except SlipwayError as error:
            return Seen(panel, [], Missing(str(error), end))

    def _lines(panel: Panel, asked: Prometheus) -> Iterator[Line]:
        for number, query in enumerate(panel.queries):
            promql = query.of(model.namespace, model.name)
            found = (
                asked.now(promql, end.timestamp())
                if panel.kind is Kind.BARS
                else asked.over(promql, start.timestamp(), end.timestamp(), step)
            )
            for series in found:
                yield Line(number, query.called(series.labels), series.labels, series.samples)

    return Snapshot(model, start, end, step, [answer(panel) for panel in table])


def _facts(tried: Try, namespace: str, name: str) -> Iterator[tuple[str, str]]:
    last, previous = tried.last, tried.previous
    yield "model", f"{name} in {namespace}"
    yield "version", last.version
    yield (
        "served before",
        f"{previous.version or 'unknown'} · {previous.release or 'none of ours'}" if previous else "none",
    )
    yield "release", last.release
    yield "attempt", str(last.attempt)
    yield "manifest", last.manifest
    yield "image", last.image
    yield "commit", next((one.commit for one in tried.entries if one.commit), "unknown")


def _tiles(tried: Try, begun: datetime, ended: datetime) -> Iterator[dict[str, str]]:
    took = int((ended - begun).total_seconds())
    yield {"name": "Took", "text": f"{took // 60} min {took % 60} s", "level": "plain"}
    for metric in ("errors", "p99", "invalid", "shift"):
        if (found := tried.last.figures.get(metric)) is not None and (words := judged(metric)) is not None:
            text = NOTHING if found.canary is None else written(found.canary, words.unit)
            yield {"name": f"{words.title}, new version", "text": text, "level": "bad" if _against(found) else "plain"}


def _happened(entry: Entry, zone: Any) -> dict[str, str]:
    return {
        "at": f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
        "what": str(entry.event).replace("_", " "),
        "level": _LEVELS[entry.event],
        "text": entry.reason,
        "entry": f"entry {entry.number}" + (f", commit {entry.commit[:_SHORT]}" if entry.commit else ""),
    }


def _judged(figures: dict[str, Figure]) -> Iterator[dict[str, Any]]:
    for metric, one in sorted(figures.items(), key=_rank):
        words = judged(metric)
        unit = words.unit if words else Unit.NUMBER
        # What was compared has a limit; of the rest there is one number.
        own = one.canary if one.limit is not None else one.value
        yield {
            "metric": metric,
            "title": words.title if words else metric,
            "about": words.about if words else "",
            "canary": NOTHING if own is None else written(own, unit),
            "stable": NOTHING if one.stable is None else written(one.stable, unit),
            "value": NOTHING
            if one.value is None or not one.limit
            else written(max(one.value / one.limit, 0.0) + 0.0, Unit.SHARE),
            "bad": _against(one),
        }


def _rank(figure: tuple[str, Figure]) -> tuple[bool, int, str]:
    """What speaks against the release first, then as the table of words has it."""
    metric, one = figure
    known = list(JUDGED)
    plain = metric.removesuffix(SOON)
    return not _against(one), known.index(plain) if plain in known else len(known), metric


def _against(one: Figure) -> bool:
    return one.value is not None and one.limit is not None and one.value > one.limit


def _panel(seen: Seen, snapshot: Snapshot, colours: Colours, tried: Try) -> dict[str, Any]:
    drawn = figure(seen, snapshot, colours)
    marks = [
        {"at": local_time(one.at.timestamp(), snapshot), "text": str(one.event).replace("_", " ")}
        for one in tried.entries
    ]
    return {
        "key": seen.panel.key,
        "title": seen.panel.title,
        "about": seen.panel.about,
        "missing": seen.missing.why if seen.missing else None,
        "marks": marks if seen.lines and seen.panel.kind is not Kind.BARS else [],
        **drawn,
    }


def file_name(name: str, tried: Try) -> str:
    """What the page's file is called."""
    last = tried.last
    return f"{name}-{last.version}-{last.release[:_SHORT]}" + (f"-{last.attempt}" if last.attempt > 1 else "") + ".html"
