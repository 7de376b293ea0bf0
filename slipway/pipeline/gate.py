"""Nothing is released while what was taken off is still in the code: first its revert has to be in.

Taken off is what was aborted, and what a rollback has left.
"""

from dataclasses import dataclass
from itertools import chain

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
        commits: what led to it ends with these, newest first; a rollback also leaves what was aborted on top of it.
    """

    release: Entry
    end: Entry
    serving: str | None
    commits: tuple[str, ...]

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
        return TakenOff(last, last, serving.commit if serving else None, _commits(last))
    left = last.previous.release if last.previous else None
    at = next((at for at in reversed(range(len(ended) - 1)) if ended[at].release == left), None)
    return TakenOff(ended[at], last, last.commit, _commits(*ended[at:-1])) if at is not None else None


def suspects(history: History, checkout: Checkout) -> list[str]:
    """The commits that led to what was taken off and are still in the code, newest first; raises GitFailed."""
    found = taken_off(history)
    if found is None:
        return []
    causes = [checkout.causes(found.serving, commit) for commit in found.commits if checkout.contains(commit)]
    every = dict.fromkeys(chain.from_iterable(causes))
    # Who takes a suspect back is none: to take that back as well would bring it again.
    return [one for one in every if not checkout.reverted(one) and every.keys().isdisjoint(checkout.reverts(one))]


def _commits(*entries: Entry) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.commit for one in reversed(entries) if one.commit))


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
