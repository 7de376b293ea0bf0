"""What moved since the figures that are kept."""

from benchmarks import recorded
from tests.benchmarks.figures import found


def test_what_did_not_move_is_not_told() -> None:
    assert recorded.moved(found(50), found(53)) == []


def test_what_moved_is_told_as_shares_of_the_floor() -> None:
    assert recorded.moved(found(50), found(25)) == [
        "small, service, processor time of the floor: 4 was recorded, 8 now (+100%)",
        "small, service, requests/s of the floor: 0.25 was recorded, 0.125 now (-50%)",
    ]


def test_servers_and_models_that_were_not_measured_then_are_left_out() -> None:
    before = found(50)
    del before["models"]["50 ms"], before["models"]["small"]["servers"]["FastAPI"]
    assert recorded.moved(before, found(50)) == []
    assert recorded.moved({}, found(50)) == []


def test_shares_of_something_else_are_not_compared() -> None:
    before = found(50)
    before["models"]["small"]["base"] = "FastAPI"
    assert recorded.moved(before, found(10)) == []
