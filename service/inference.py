"""Predictions one after another in one thread, with a bounded number that wait.

One thread, because a call takes a fraction of a millisecond and TensorFlow has threads of its own; bounded,
because a queue that only grows answers everybody too late.
"""

import asyncio
import math
from concurrent.futures import Executor
from typing import Final

import numpy as np

from service.errors import DeadlineExceeded, NoFiniteAnswer, Overloaded
from service.model import Model


class Inference:
    """Admits predictions and runs them.

    Args:
        model: the model that answers.
        executor: its one thread.
        limit: how many predictions may wait or run at a time.
        seconds: how long a prediction may take, waiting included.
    """

    def __init__(self, model: Model, executor: Executor, *, limit: int, seconds: float) -> None:
        self._model: Final = model
        self._executor: Final = executor
        self._limit: Final = limit
        self._seconds: Final = seconds
        self._admitted = 0

    async def predict(self, reading: list[float]) -> float:
        """Answer one reading, its features in the manifest's order.

        Raises:
            Overloaded: too many wait already.
            DeadlineExceeded: the time is up; a prediction that has not begun by then never will.
            NoFiniteAnswer: the model answered NaN or infinity.
        """
        if self._admitted >= self._limit:
            raise Overloaded(f"{self._limit} predictions are waiting already; try again in a second")
        self._admitted += 1
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._seconds):
                answer = await loop.run_in_executor(self._executor, self._answer, reading)
        except TimeoutError:
            raise DeadlineExceeded(f"no answer within {self._seconds:g} s") from None
        finally:
            self._admitted -= 1
        if not math.isfinite(answer):
            raise NoFiniteAnswer("The model gave no finite number for this reading")
        return answer

    def _answer(self, reading: list[float]) -> float:
        return float(self._model.predict(np.array([reading], dtype=np.float64))[0])
