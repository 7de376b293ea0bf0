"""What to do about a release at the first look at it: nothing, refuse it, try it again, or let it pass at once."""

from enum import StrEnum, unique

from modelstore.history import Event, History
from service.verify.judgement import State


@unique
class Move(StrEnum):
    """What is to be done."""

    WATCH = "watch"
    REFUSE = "refuse"
    """It was aborted, and nobody has asked for another attempt."""
    TRY_AGAIN = "try again"
    """Take back an abort that is of an earlier attempt."""
    PROMOTE = "promote"
    """It has served before, and was well: everyone may have it at once."""


def first_move(state: State, history: History, release: str, attempt: int, *, stable_beside: bool) -> Move:
    """What the first look at a release asks for.

    Args:
        state: in which it was found.
        history: of the model.
        release: its id.
        attempt: the try of it that the stack wants.
        stable_beside: whether another release serves meanwhile; a first one has nothing to give way to.
    """
    if state is State.HEALTHY or not stable_beside:
        return Move.WATCH
    aborted = history.aborted(release)
    if aborted is not None and aborted.attempt >= attempt:
        return Move.REFUSE
    if state is State.ABORTED:
        # Whoever takes an abort back writes first that he does. So this one is of the attempt that is written last.
        own = attempt == 1 or history.written(Event.RELEASED, release, attempt) is not None
        return Move.WATCH if own else Move.TRY_AGAIN
    return Move.PROMOTE if release in history.healthy else Move.WATCH
