"""Predictions one after another in one thread, with a bounded number that wait.

One thread, because a call takes a fraction of a millisecond and TensorFlow has threads of its own; bounded,
because a queue that only grows answers everybody too late.
"""

import asyncio
import math
import time
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Final

import numpy as np

from service.errors import DeadlineExceeded, NoFiniteAnswer, Overloaded
from service.model import Model

STUCK_AFTER: Final = 3
"""Times the deadline that a call may run before the pod is taken out of service."""


@dataclass
class _Call:
    reading: list[float]
    awaited: bool = True


class Inference:
    """Admits predictions and runs them.

    A call that runs cannot be stopped, so one that never ends keeps its place, as do those behind it: no queue
    grows behind a thread that is stuck.

    Args:
        model: the model that answers.
        executor: its one thread.
        limit: how many predictions may wait or run at a time, those that nobody awaits any more included.
        seconds: how long a prediction may take, waiting included.
    """

    def __init__(self, model: Model, executor: Executor, *, limit: int, seconds: float) -> None:
        self._model: Final = model
        self._executor: Final = executor
        self._limit: Final = limit
        self._seconds: Final = seconds
        self._admitted = 0
        self._running_since: float | None = None

    def stuck(self) -> str:
        """Why nothing is answered at present; empty when it is.

        That is so when a call has been running for `STUCK_AFTER` times the deadline.
        """
        since = self._running_since
        running = 0.0 if since is None else time.monotonic() - since
        return f"a prediction has been running for {running:.0f} s" if running > STUCK_AFTER * self._seconds else ""

    async def predict(self, reading: list[float]) -> float:
        """Answer one reading, its features in the manifest's order.

        Raises:
            Overloaded: too many wait already.
            DeadlineExceeded: the time is up; a prediction that has not begun by then never will.
            NoFiniteAnswer: the model answered NaN or infinity.
        """
        if self._admitted >= self._limit:
            raise Overloaded(f"{self._limit} predictions are waiting already; try again in a second")
        call = _Call(reading)
        future = asyncio.get_running_loop().run_in_executor(self._executor, self._answer, call)
        self._admitted += 1
        future.add_done_callback(self._done)
        try:
            async with asyncio.timeout(self._seconds):
                answer = await asyncio.shield(future)  # cancelling it would free its place, but not the thread
        except TimeoutError:
            raise DeadlineExceeded(f"no answer within {self._seconds:g} s") from None
        finally:
            call.awaited = False
        if not math.isfinite(answer):
            raise NoFiniteAnswer("The model gave no finite number for this reading")
        return answer

    def _answer(self, call: _Call) -> float:
        if not call.awaited:
            return math.nan
        self._running_since = time.monotonic()
        try:
            return float(self._model.predict(np.array([call.reading], dtype=np.float64))[0])
        finally:
            self._running_since = None

    def _done(self, future: asyncio.Future[float]) -> None:
        self._admitted -= 1
        if not future.cancelled():
            future.exception()  # asked for, since nobody else may be there to ask
