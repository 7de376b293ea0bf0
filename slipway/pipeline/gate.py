"""Nothing is released while what was taken off is still in the code: first its revert has to be in.

Taken off is what was aborted, and what a rollback has left.
"""

from dataclasses import dataclass

from modelstore.history import Entry, Event, History
from slipway.errors import Refused
from slipway.pipeline.checkout import Checkout


@dataclass(frozen=True)
class TakenOff:
    """A release that serves nobody any more, and that nothing has taken the place of since.

    Attributes:
        release: its entry, with its commit.
        end: the entry that says how it was taken off.
        serving: the commit of what serves instead; None where nobody knows.
    """

    release: Entry
    end: Entry
    serving: str | None

    @property
    def how(self) -> str:
        """In words."""
        return "aborted" if self.end.event is Event.ABORTED else "rolled back"


def taken_off(history: History) -> TakenOff | None:
    """What was taken off last; None where something has been released since."""
    ended = [one for one in history.entries if one.event is not Event.RELEASED]
    last = ended[-1] if ended else None
    if last is None or last.event is Event.PROMOTED:
        return None
    if last.event is Event.ABORTED:
        serving = history.serving
        return TakenOff(last, last, serving.commit if serving else None)
    left = last.previous.release if last.previous else None
    release = next((one for one in reversed(ended[:-1]) if one.release == left), None)
    return TakenOff(release, last, last.commit) if release else None


def suspects(history: History, checkout: Checkout) -> list[str]:
    """The commits that led to what was taken off and are still in the code, newest first; raises GitFailed."""
    found = taken_off(history)
    commit = found.release.commit if found else None
    if found is None or commit is None or not checkout.contains(commit):
        return []
    return [one for one in checkout.causes(found.serving, commit) if not checkout.reverted(one)]


def check(model: str, stack: str, history: History, checkout: Checkout) -> None:
    """Check that a model may be released from this checkout.

    Args:
        model: its name.
        stack: where.
        history: of the model there.
        checkout: what it would be released from.

    Raises:
        Refused: what was taken off there last is still in it.
        GitFailed: git can't tell.
    """
    found = taken_off(history)
    if found is None or not (left := suspects(history, checkout)):
        return
    reason = f" ({found.end.reason})" if found.end.reason else ""
    raise Refused(
        f"{model} {found.release.version} was {found.how} in {stack} at {found.end.at:%Y-%m-%d %H:%M} UTC{reason}, and "
        f"what led to it is still here: {', '.join(commit[:12] for commit in left)}; revert it "
        f"(`slipway pipeline revert -s {stack}`), or release it once more on purpose with --again"
    )
