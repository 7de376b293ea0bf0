"""Requests that share calls, with bounds on number and time, and a model that fails, hangs or slows down."""

import asyncio
import re
import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from service.admission import Admission
from service.batching import HELD_UP_SECONDS, INLINE_SECONDS, Batcher
from service.costs import Costs
from service.errors import DeadlineExceeded, ModelFailed, OutOfTime, Overloaded, ServingError
from service.metrics import Metrics
from service.model import Tensors
from tests.service import fakes
from tests.service.fakes import INPUT, LABELS, OUTPUT, FakeModel, hundredth_of_temperature

pytestmark = pytest.mark.anyio

QUICK = dict.fromkeys((1, 2, 4), 0.0001)
SLOW = dict.fromkeys((1, 2, 4), 2 * INLINE_SECONDS)


def readings(*temperatures: float) -> Tensors:
    return {INPUT: np.array([[each, 2.5, 101.0, 3000.0] for each in temperatures])}


class Gate(FakeModel):
    """A model that answers when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.open = threading.Event()

    def predict(self, tensors: Tensors) -> Tensors:
        self.calls.append(len(tensors[INPUT]))
        assert self.open.wait(60)
        return {OUTPUT: hundredth_of_temperature(tensors[INPUT])}


class Bench:
    """A batcher with what it counts."""

    def __init__(self, batcher: Batcher, metrics: Metrics) -> None:
        self.batcher = batcher
        self._metrics = metrics

    def ask(self, *temperatures: float, seconds: float = 30.0) -> "asyncio.Task[list[float]]":
        async def answered() -> list[float]:
            answers = await self.batcher.predict(readings(*temperatures), seconds)
            return answers[OUTPUT].tolist()

        return asyncio.ensure_future(answered())

    def counted(self, name: str, **labels: str) -> float | None:
        return self._metrics.registry.get_sample_value(name, LABELS | labels)


@pytest.fixture
async def batching() -> AsyncIterator[Callable[..., Bench]]:
    with ThreadPoolExecutor(max_workers=1) as executor:

        def make(
            model: Any, seconds: dict[int, float] | Costs, *, longest: float = 30.0, queue_seconds: float = 60.0
        ) -> Bench:
            metrics, costs = fakes.metrics(), seconds if isinstance(seconds, Costs) else Costs(seconds)
            admission = Admission(costs, queue_seconds=queue_seconds)
            return Bench(
                Batcher(model, executor, costs=costs, admission=admission, seconds=longest, metrics=metrics), metrics
            )

        yield make


Make = Callable[..., Bench]


@pytest.mark.parametrize("seconds", [QUICK, SLOW], ids=["on the loop", "in a thread"])
async def test_requests_of_one_turn_share_a_call_and_get_their_own_answers(
    seconds: dict[int, float], batching: Make
) -> None:
    model = FakeModel()
    bench = batching(model, seconds)
    answers = await asyncio.gather(*(bench.ask(each) for each in (10, 20, 30)))
    assert answers == [[0.1], [0.2], [0.3]]
    assert model.calls == [4]  # three rows and one that fills up
    assert bench.counted("model_batch_rows_sum") == 3
    assert bench.counted("model_batches_total", reason="idle") == 1


async def test_requests_that_come_while_others_gather_share_the_call(batching: Make) -> None:
    model = FakeModel()
    bench = batching(model, QUICK)
    tasks = [bench.ask(10), bench.ask(20)]
    await asyncio.sleep(0)  # both wait, and their call is about to be made
    tasks.append(bench.ask(30))
    assert await asyncio.gather(*tasks) == [[0.1], [0.2], [0.3]]
    assert model.calls == [4]


async def test_a_lone_request_waits_for_nobody(batching: Make) -> None:
    model = FakeModel()
    bench = batching(model, QUICK)
    assert await bench.ask(10) == [0.1]
    assert await bench.ask(20) == [0.2]
    assert model.calls == [1, 1]


async def test_a_quick_call_is_made_on_the_loop_and_a_slow_one_is_not(batching: Make) -> None:
    threads: list[threading.Thread] = []

    def answer(rows: fakes.Rows) -> fakes.Answers:
        threads.append(threading.current_thread())
        return rows[:, 0]

    for seconds in (QUICK, SLOW):
        await batching(FakeModel(answer), seconds).ask(1)
    assert threads[0] is threading.main_thread()
    assert threads[1] is not threading.main_thread()


async def test_a_quick_model_is_back_on_the_loop_after_whatever_held_it_up(batching: Make) -> None:
    threads: list[bool] = []
    held_up = 0.02

    def answer(rows: fakes.Rows) -> fakes.Answers:
        threads.append(threading.current_thread() is not threading.main_thread())
        if len(threads) == 1:
            time.sleep(held_up)  # as when the machine gives its core to others
        return rows[:, 0]

    bench = batching(FakeModel(answer), QUICK)
    for _ in range(20):
        asked = bench.ask(1)
        while bench.batcher.queued == 0 and not asked.done():
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        time.sleep(held_up)  # a loop that is busy, and hears late from the model's thread
        await asked
    assert threads[:2] == [False, True]
    assert not all(threads[2:])


async def test_a_model_that_waits_for_something_stays_in_its_thread(batching: Make) -> None:
    threads: list[bool] = []

    def answer(rows: fakes.Rows) -> fakes.Answers:
        threads.append(threading.current_thread() is not threading.main_thread())
        time.sleep(2 * HELD_UP_SECONDS)  # which takes no processor
        return rows[:, 0]

    bench = batching(FakeModel(answer), QUICK)
    for _ in range(5):
        await bench.ask(1)
    assert threads == [False, True, True, True, True]


async def test_while_a_call_runs_the_next_batch_gathers(batching: Make) -> None:
    gate = Gate()
    bench = batching(gate, SLOW)
    first = bench.ask(10)
    await asyncio.sleep(0.01)
    others = [bench.ask(each) for each in (20, 30, 40, 50, 60)]
    await asyncio.sleep(0.01)
    assert bench.batcher.queued == 5
    gate.open.set()
    assert [await each for each in (first, *others)] == [[0.1], [0.2], [0.3], [0.4], [0.5], [0.6]]
    assert gate.calls == [1, 4, 1]
    assert bench.batcher.queued == 0
    counted = {each: bench.counted("model_batches_total", reason=each) for each in ("idle", "full", "next")}
    assert counted == {"idle": 1, "full": 1, "next": 1}


async def test_a_request_of_many_rows_takes_several_calls_and_keeps_their_order(batching: Make) -> None:
    model = FakeModel()
    bench = batching(model, QUICK)
    assert await bench.ask(*range(11)) == [each / 100 for each in range(11)]
    assert model.calls == [4, 4, 4]


async def test_an_answer_does_not_depend_on_what_else_is_in_the_batch(batching: Make) -> None:
    seen: list[list[float]] = []

    def answer(rows: fakes.Rows) -> fakes.Answers:
        seen.append(rows[:, 0].tolist())
        return rows[:, 0]

    bench = batching(FakeModel(answer), QUICK)
    assert await asyncio.gather(bench.ask(1), bench.ask(2), bench.ask(3)) == [[1.0], [2.0], [3.0]]
    assert seen == [[1.0, 2.0, 3.0, 1.0]]  # filled up with a valid row


async def test_a_model_without_an_axis_for_rows_is_asked_one_by_one(batching: Make) -> None:
    def scalar(rows: fakes.Rows) -> Any:
        return np.float64(rows[0, 0])

    model = FakeModel(scalar, row_limit=1)
    bench = batching(model, {1: 0.0001})
    found = await asyncio.gather(*(bench.batcher.predict(readings(each), 30) for each in (1, 2)))
    assert [float(each[OUTPUT]) for each in found] == [1.0, 2.0]
    assert model.calls == [1, 1]


async def test_more_than_can_be_answered_soon_is_refused_at_once(batching: Make) -> None:
    gate = Gate()
    bench = batching(gate, {1: 2 * INLINE_SECONDS}, queue_seconds=0.001)
    admitted = [bench.ask(0)]
    await asyncio.sleep(0.01)
    admitted += [bench.ask(each) for each in range(1, 11)]
    await asyncio.sleep(0)
    with pytest.raises(Overloaded, match="10 rows wait already") as caught:
        await bench.ask(99)
    assert caught.value.retry_after is not None
    with pytest.raises(Overloaded):
        bench.batcher.admit(1, 30.0)
    gate.open.set()
    assert await asyncio.gather(*admitted) == [[each / 100] for each in range(11)]
    assert await bench.ask(99) == [0.99]


async def test_a_request_that_has_no_time_for_its_call_is_not_begun(batching: Make) -> None:
    model = FakeModel()
    bench = batching(model, {1: 0.5})
    with pytest.raises(OutOfTime):
        await bench.ask(1, seconds=0.4)
    assert model.calls == []


@pytest.mark.parametrize("hurries", [(20.0, 60.0), (60.0, 20.0)], ids=["the first", "the second"])
async def test_who_has_time_for_a_small_call_alone_shares_no_larger_one(
    hurries: tuple[float, float], batching: Make
) -> None:
    gate, costs = Gate(), Costs({1: 2 * INLINE_SECONDS, 2: 3 * INLINE_SECONDS})
    bench = batching(gate, costs)
    running = bench.ask(10)
    await asyncio.sleep(0.01)
    waiting = [bench.ask(20, seconds=each) for each in hurries]
    await asyncio.sleep(0)
    for _ in range(40):
        costs.took(2, 40.0)
    gate.open.set()
    assert await asyncio.gather(running, *waiting) == [[0.1], [0.2], [0.2]]
    assert gate.calls == [1, 1, 1]


async def test_a_model_that_was_slow_is_asked_again_though_nobody_was_admitted_since(batching: Make) -> None:
    now = 0.0
    costs = Costs({1: 2 * INLINE_SECONDS}, clock=lambda: now)
    for _ in range(40):
        costs.took(1, 60.0)
    bench = batching(FakeModel(), costs)
    with pytest.raises(OutOfTime):
        await bench.ask(1)
    now = 90.0
    assert await bench.ask(1) == [0.01]


async def test_a_call_that_does_not_end_ends_nobody_later_than_their_time(batching: Make) -> None:
    gate = Gate()
    bench = batching(gate, {1: 2 * INLINE_SECONDS})
    running = bench.ask(1, seconds=1.0)
    await asyncio.sleep(0.01)
    waiting = bench.ask(2, seconds=0.5)
    with pytest.raises(OutOfTime):
        await waiting
    with pytest.raises(DeadlineExceeded):
        await running
    assert bench.counted("model_deadlines_missed_total", where="call") == 1
    assert bench.counted("model_deadlines_missed_total", where="queue") == 1
    gate.open.set()
    while bench.batcher.running_for():
        await asyncio.sleep(0.001)
    assert gate.calls == [1], "what had left the queue was not asked"


async def test_behind_a_call_that_is_late_nobody_is_admitted_who_would_be_late_too(batching: Make) -> None:
    gate = Gate()
    bench = batching(gate, {1: 2 * INLINE_SECONDS})
    running = bench.ask(1)
    while bench.batcher.running_for() < 0.05:
        await asyncio.sleep(0.01)
    with pytest.raises(OutOfTime):
        bench.batcher.admit(1, 0.05)
    gate.open.set()
    assert await running == [0.01]


async def test_a_call_that_runs_on_long_after_its_time_is_told_until_it_ends(batching: Make) -> None:
    gate = Gate()
    bench = batching(gate, {1: 2 * INLINE_SECONDS}, longest=0.01)
    assert (bench.batcher.stuck(), bench.batcher.hung()) == ("", "")
    with pytest.raises(DeadlineExceeded):
        await bench.ask(1, seconds=0.5)
    while not bench.batcher.stuck():
        await asyncio.sleep(0.001)
    while not bench.batcher.hung():
        await asyncio.sleep(0.001)
    assert re.fullmatch(r"a prediction has been running for \d+ s", bench.batcher.stuck())
    gate.open.set()
    while bench.batcher.stuck():
        await asyncio.sleep(0.001)
    assert bench.batcher.hung() == ""


async def test_the_work_of_a_client_that_left_is_not_done(batching: Make) -> None:
    gate = Gate()
    bench = batching(gate, SLOW)
    first = bench.ask(1)
    await asyncio.sleep(0.01)
    left, stayed = bench.ask(2), bench.ask(3)
    await asyncio.sleep(0)
    left.cancel()
    await asyncio.sleep(0)
    assert bench.batcher.queued == 1
    gate.open.set()
    assert [await first, await stayed] == [[0.01], [0.03]]
    assert gate.calls == [1, 1]


async def test_a_client_that_leaves_during_its_call_harms_nobody(batching: Make) -> None:
    gate = Gate()
    bench = batching(gate, SLOW)
    left, stayed = bench.ask(1), bench.ask(2)
    await asyncio.sleep(0.01)
    left.cancel()
    gate.open.set()
    assert await stayed == [0.02]
    assert bench.batcher.queued == 0


@pytest.mark.parametrize("seconds", [QUICK, SLOW], ids=["on the loop", "in a thread"])
async def test_of_a_batch_that_fails_only_the_guilty_request_fails(seconds: dict[int, float], batching: Make) -> None:
    def answer(rows: fakes.Rows) -> fakes.Answers:
        if 13 in rows[:, 0]:
            raise ValueError("unlucky")
        return rows[:, 0]

    model = FakeModel(answer)
    bench = batching(model, seconds)
    answers = await asyncio.gather(*(bench.ask(each) for each in (12, 13, 14)), return_exceptions=True)
    assert [answers[0], answers[2]] == [[12.0], [14.0]]
    assert isinstance(answers[1], ModelFailed)
    assert "unlucky" not in str(answers[1])
    assert model.calls == [4, 1, 1, 1]
    assert bench.counted("model_batches_total", reason="alone") == 2
    assert bench.batcher.queued == 0


@pytest.mark.parametrize("seconds", [QUICK, SLOW], ids=["on the loop", "in a thread"])
async def test_a_model_that_answers_one_number_for_all_rows_fails_and_keeps_nobody_waiting(
    seconds: dict[int, float], batching: Make
) -> None:
    def total(rows: fakes.Rows) -> Any:
        return np.float64(rows[:, 0].sum())

    with pytest.raises(ModelFailed):
        await asyncio.wait_for(batching(FakeModel(total), seconds).ask(1), 10)


async def test_a_model_that_answers_other_than_one_row_each_fails(batching: Make) -> None:
    bench = batching(FakeModel(lambda rows: rows[:1, 0]), QUICK)
    assert await bench.ask(7) == [7.0]
    answers = await asyncio.gather(bench.ask(1), bench.ask(2, 3), return_exceptions=True)
    assert answers[0] == [1.0]
    assert isinstance(answers[1], ServingError)


async def test_a_model_that_becomes_slow_is_called_in_the_thread_until_it_is_quick_again(batching: Make) -> None:
    threads: list[bool] = []

    def answer(rows: fakes.Rows) -> fakes.Answers:
        threads.append(threading.current_thread() is threading.main_thread())
        if len(threads) == 1:
            threading.Event().wait(0.05)
        return rows[:, 0]

    bench = batching(FakeModel(answer), QUICK)
    await bench.ask(1)
    await bench.ask(1)
    assert threads == [True, False]
    while not threads[-1]:  # soon, on a machine that has time for it
        await bench.ask(1)
