"""What the first look at a release asks for."""

import pytest

from service.verify.first_move import Move, first_move
from service.verify.judgement import State
from tests.modelstore.test_history import history

UNDER_WAY = (State.WAITING, State.DEGRADED)
WATCH, REFUSE, TRY_AGAIN, PROMOTE = Move


@pytest.mark.parametrize(
    ("state", "happened", "attempt", "move"),
    [
        # What nobody has tried before is watched.
        (State.WAITING, (), 1, WATCH),
        (State.WAITING, ("promoted a", "released b"), 1, WATCH),
        # An abort of this very try is its verdict.
        (State.ABORTED, (), 1, WATCH),
        (State.ABORTED, ("promoted a", "released b"), 1, WATCH),
        (State.ABORTED, ("promoted a", "aborted b", "released b 2"), 2, WATCH),
        # What was aborted is not tried again by itself, …
        (State.ABORTED, ("promoted a", "released b", "aborted b"), 1, REFUSE),
        (State.WAITING, ("promoted a", "released b", "aborted b"), 1, REFUSE),
        (State.DEGRADED, ("promoted a", "released b", "aborted b"), 1, REFUSE),
        (State.WAITING, ("aborted b", "promoted c"), 1, REFUSE),
        (State.WAITING, ("aborted b 2",), 1, REFUSE),
        # … but when somebody says so.
        (State.ABORTED, ("promoted a", "released b", "aborted b"), 2, TRY_AGAIN),
        (State.ABORTED, (), 2, TRY_AGAIN),
        (State.WAITING, ("promoted a", "aborted b"), 2, WATCH),
        # A way back is one at once.
        (State.WAITING, ("promoted b", "promoted c"), 1, PROMOTE),
        (State.DEGRADED, ("promoted b", "promoted c"), 1, PROMOTE),
        (State.WAITING, ("promoted b", "promoted a", "rolled_back a < b"), 1, WATCH),
        (State.ABORTED, ("promoted b", "promoted c", "released b"), 1, WATCH),
        # What serves is what is wanted.
        (State.HEALTHY, ("aborted b",), 1, WATCH),
    ],
)
def test_the_history_decides(state: State, happened: tuple[str, ...], attempt: int, move: Move) -> None:
    assert first_move(state, history(*happened), "b", attempt, stable_beside=True) is move


@pytest.mark.parametrize("state", UNDER_WAY)
def test_a_first_release_is_watched_whatever_was(state: State) -> None:
    assert first_move(state, history("released b", "aborted b"), "b", 1, stable_beside=False) is WATCH
