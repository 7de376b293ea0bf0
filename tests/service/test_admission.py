"""Who is taken and who is sent away, by numbers alone."""

from types import SimpleNamespace

import pytest

from service.admission import LONGEST_RETRY, WAITING_ROWS, Admission
from service.costs import Costs
from service.errors import OutOfTime, Overloaded

BATCHED = {1: 0.01, 8: 0.02}
ONE_BY_ONE = {1: 0.05}


def admission(seconds: dict[int, float], *, chance: float = 0.0, queue_seconds: float = 0.001) -> SimpleNamespace:
    clock = SimpleNamespace(now=0.0)
    made = Admission(Costs(seconds), queue_seconds=queue_seconds, clock=lambda: clock.now, chance=lambda: chance)
    return SimpleNamespace(clock=clock, check=made.check, retry_after=made.retry_after)


def test_an_idle_model_takes_what_it_can_finish() -> None:
    admission(ONE_BY_ONE).check(1, queued=0, running=0.0, seconds=0.06)


def test_what_cannot_be_finished_in_its_time_is_refused() -> None:
    with pytest.raises(OutOfTime, match=r"would take 0\.05 s, and the request has 0\.04 s"):
        admission(ONE_BY_ONE).check(1, queued=0, running=0.0, seconds=0.04)


def test_the_running_call_and_the_queue_count() -> None:
    waiting = admission(BATCHED)
    waiting.check(1, queued=8, running=0.02, seconds=0.06)  # 0.02 + one full call + one of one row
    with pytest.raises(OutOfTime):
        waiting.check(1, queued=8, running=0.04, seconds=0.06)


@pytest.mark.parametrize(("seconds", "most"), [(ONE_BY_ONE, WAITING_ROWS), (BATCHED, 16)])
def test_the_queue_is_as_long_as_keeps_the_model_busy(seconds: dict[int, float], most: int) -> None:
    waiting = admission(seconds)
    waiting.check(1, queued=most - 1, running=0.0, seconds=60)
    with pytest.raises(Overloaded, match=f"{most} rows wait already"):
        waiting.check(1, queued=most, running=0.0, seconds=60)


def test_a_burst_is_no_overload_for_a_cheap_model() -> None:
    cheap = admission({1: 0.0001, 64: 0.0003}, queue_seconds=0.05)
    cheap.check(1, queued=10_000, running=0.0, seconds=60)
    with pytest.raises(Overloaded):
        cheap.check(1, queued=11_000, running=0.0, seconds=60)


def test_a_loop_that_hears_late_of_the_model_is_no_overload_and_still_counts_for_who_has_little_time() -> None:
    costs = Costs({1: 0.0001, 64: 0.001})
    made = Admission(costs, queue_seconds=0.01)
    for _ in range(100):
        costs.took(64, 0.02, alone=0.001)
    made.check(1, queued=512, running=0.0, seconds=60)
    with pytest.raises(OutOfTime):
        made.check(64, queued=512, running=0.0, seconds=0.1)
    for _ in range(100):
        costs.took(64, 0.02)
    with pytest.raises(Overloaded, match="512 rows wait already"):
        made.check(1, queued=512, running=0.0, seconds=60)


def test_a_request_of_many_rows_is_taken_when_nothing_waits() -> None:
    admission(BATCHED).check(1000, queued=0, running=0.0, seconds=60)


def test_who_is_refused_comes_back_when_those_refused_before_have_been_answered() -> None:
    waiting = admission(ONE_BY_ONE, chance=0.999)  # 20 rows a second
    assert [waiting.retry_after() for _ in range(60)] == [1] * 20 + [2] * 20 + [3] * 20
    waiting.clock.now += 2.0
    assert waiting.retry_after() == 2


def test_those_refused_at_once_do_not_come_back_at_once() -> None:
    told: set[int] = set()
    for chance in (0.0, 0.3, 0.6, 0.9):
        waiting = admission(ONE_BY_ONE, chance=chance)
        told.add([waiting.retry_after() for _ in range(200)][-1])
    assert told == {1, 4, 7, 10}


def test_nobody_is_sent_away_for_longer_than_is_worth_it() -> None:
    waiting = admission(ONE_BY_ONE, chance=0.999)
    assert max(waiting.retry_after() for _ in range(10_000)) <= LONGEST_RETRY
