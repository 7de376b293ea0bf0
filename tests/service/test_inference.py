"""Predictions in one thread, with bounds on number and time."""

import asyncio
import math
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from service.errors import DeadlineExceeded, NoFiniteAnswer, Overloaded
from service.inference import Inference
from service.model import Answers, Rows
from tests.service.fakes import FakeModel

pytestmark = pytest.mark.anyio

READING = [85.0, 2.5, 101.0, 3000.0]


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=1) as one:
        yield one


class Gate:
    """A model that answers when it is let."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.calls = 0

    def predict(self, rows: Rows) -> Answers:
        self.calls += 1
        self.open.wait(30)
        return rows[:, 0]


async def test_a_reading_is_answered(executor: ThreadPoolExecutor) -> None:
    inference = Inference(FakeModel(), executor, limit=1, seconds=30)
    assert [await inference.predict(READING) for _ in range(3)] == [0.85, 0.85, 0.85]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
async def test_no_finite_answer_is_an_error(executor: ThreadPoolExecutor, value: float) -> None:
    inference = Inference(FakeModel(lambda rows: np.full(len(rows), value)), executor, limit=1, seconds=30)
    with pytest.raises(NoFiniteAnswer):
        await inference.predict(READING)


async def test_more_than_the_limit_are_turned_away_at_once(executor: ThreadPoolExecutor) -> None:
    gate = Gate()
    inference = Inference(gate, executor, limit=3, seconds=30)
    admitted = [asyncio.ensure_future(inference.predict(READING)) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Overloaded, match="3 predictions"):
        await inference.predict(READING)
    gate.open.set()
    assert await asyncio.gather(*admitted) == [85.0, 85.0, 85.0]
    assert await inference.predict(READING) == 85.0


async def test_a_prediction_whose_time_is_up_is_not_begun(executor: ThreadPoolExecutor) -> None:
    gate = Gate()
    inference = Inference(gate, executor, limit=9, seconds=0.05)
    results = await asyncio.gather(*(inference.predict(READING) for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [DeadlineExceeded] * 3
    gate.open.set()
    await asyncio.get_running_loop().run_in_executor(executor, int)  # everything before it is done
    assert gate.calls == 1


async def test_a_call_that_does_not_end_keeps_its_place_and_those_behind_it_theirs(
    executor: ThreadPoolExecutor,
) -> None:
    gate = Gate()
    inference = Inference(gate, executor, limit=2, seconds=0.01)
    results = await asyncio.gather(*(inference.predict(READING) for _ in range(2)), return_exceptions=True)
    assert [type(result) for result in results] == [DeadlineExceeded] * 2
    for _ in range(3):
        with pytest.raises(Overloaded):
            await inference.predict(READING)
    gate.open.set()
    await asyncio.get_running_loop().run_in_executor(executor, int)
    [answer] = await asyncio.gather(inference.predict(READING), return_exceptions=True)
    assert not isinstance(answer, Overloaded)


async def test_a_call_that_runs_on_long_after_its_time_is_told(executor: ThreadPoolExecutor) -> None:
    gate = Gate()
    inference = Inference(gate, executor, limit=2, seconds=0.01)
    assert inference.stuck() == ""
    with pytest.raises(DeadlineExceeded):
        await inference.predict(READING)
    while not inference.stuck():
        await asyncio.sleep(0.01)
    assert re.fullmatch(r"a prediction has been running for \d+ s", inference.stuck())
    gate.open.set()
    await asyncio.get_running_loop().run_in_executor(executor, int)
    assert inference.stuck() == ""


async def test_time_spent_waiting_is_not_time_spent_running(executor: ThreadPoolExecutor) -> None:
    busy = threading.Event()
    executor.submit(busy.wait, 30)
    inference = Inference(FakeModel(), executor, limit=1, seconds=0.001)
    with pytest.raises(DeadlineExceeded):
        await inference.predict(READING)
    await asyncio.sleep(0.01)
    assert inference.stuck() == ""
    busy.set()


@pytest.mark.parametrize("fail", [ValueError, KeyError])
async def test_an_error_of_the_model_takes_no_place(
    executor: ThreadPoolExecutor, fail: Callable[[str], Exception]
) -> None:
    def broken(_: Rows) -> Answers:
        raise fail("broken")

    inference = Inference(FakeModel(broken), executor, limit=1, seconds=30)
    for _ in range(3):
        with pytest.raises((ValueError, KeyError), match="broken"):
            await inference.predict(READING)
