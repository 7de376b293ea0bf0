"""What a call of the model takes, by the number of its rows: measured before the first request, and followed since.

Every call has one of a few sizes, so that TensorFlow traces each once. How many rows are worth a call is not a
setting but a measurement: a call that costs the same for 1 row and for 64 takes 64, one that costs 64 times as
much takes 1, since waiting for company would only make its rows late.
"""

import math
import time
from bisect import bisect_left
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from service.model import Model, Tensors

TRIES: Final = 5
"""Measured calls of each size; the median counts, so that a busy machine's odd ones don't."""

TRY_SECONDS: Final = 0.2
"""No further calls of a size are measured once they took so long together."""

FEWEST: Final = 2
"""Measured calls of each size in any case, of which the quicker counts: what holds up one seldom holds up the next."""

LONGEST: Final = 0.1
"""Share of a request's time that a measured call may take before larger ones are not tried."""

WORTH: Final = 0.9
"""Share of the best rate of rows from which a smaller size is good enough."""

SLOWER: Final = 0.3
FASTER: Final = 0.05
"""How much of a difference a call moves what is expected of the next: a model that becomes slow is soon known."""

ODD: Final = 4.0
"""So many times what was expected a call counts at most: one that a busy machine held up says little of the next."""

BELIEVED: Final = 1.0
"""What slow calls have added counts in full for so many seconds after the last call of that size and one more, so it
does while that one runs; then half of it is forgotten each second. Otherwise no call would be begun any more that
could show the model to be quick again."""

TRIED: Final = 0.9
"""Share of the longest request's time to which even what was measured is forgotten: who has that time finds out."""


class _Followed:
    """Seconds by size, as they were measured first and have been since.

    Attributes:
        most: that is expected of any size, whatever the time.
    """

    def __init__(self, seconds: Mapping[int, float], longest: float, now: float) -> None:
        self._seconds: Final = dict(seconds)
        self._least: Final = {size: min(each, TRIED * longest) for size, each in seconds.items()}
        self._called: Final = dict.fromkeys(seconds, now)
        self.most = max(seconds.values())

    def took(self, size: int, seconds: float, now: float) -> None:
        expected = self.expected(size, now - seconds)
        difference = min(seconds, ODD * expected) - expected
        self._seconds[size] = expected = expected + difference * (SLOWER if difference > 0 else FASTER)
        self._least[size] = min(self._least[size], expected)
        self.most = max(self._seconds.values())
        self._called[size] = now

    def expected(self, size: int, now: float) -> float:
        seconds = self._seconds[size]
        silent = now - self._called[size] - BELIEVED - seconds
        if silent <= 0.0:
            return seconds
        least = self._least[size]
        return least + (seconds - least) * 0.5**silent


class Costs:
    """Seconds that a call is expected to take, by its size: until its answers are there, and of the model alone.

    The first is what a request waits for. The second is what the model can do: what else a busy process does meanwhile
    is no reason to call it slow, and to refuse what it can answer, which only makes the process busier.

    Args:
        seconds: for each size in ascending order, the first of which is 1.
        longest: seconds of a request that has the most time.
        clock: seconds, monotonic.

    Attributes:
        sizes: rows of a call; fewer are padded.
        limit: the largest of them.
    """

    def __init__(
        self, seconds: Mapping[int, float], *, longest: float = math.inf, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._whole: Final = _Followed(seconds, longest, clock())
        self._alone: Final = _Followed(seconds, longest, clock())
        self._clock: Final = clock
        self.sizes: Final = tuple(seconds)
        self.limit: Final = self.sizes[-1]

    def size(self, rows: int) -> int:
        """The size for so many rows, at most `limit`."""
        return self.sizes[bisect_left(self.sizes, rows)]

    def call(self, rows: int) -> float:
        """Seconds of one call with at most `limit` rows."""
        return self._whole.expected(self.size(rows), self._clock())

    def alone(self, rows: int) -> float:
        """Seconds that the model takes for it: a busy loop is late to hear from the model's thread, and this isn't."""
        return self._alone.expected(self.size(rows), self._clock())

    def wait(self, rows: int) -> float:
        """Seconds until the answers are there of as many calls as `rows` need."""
        return self._sum(self.call, rows)

    def most(self, rows: int) -> float:
        """Seconds that `wait` says at most, for who asks often and nearly always has much more."""
        return (rows // self.limit + 1) * self._whole.most

    def work(self, rows: int) -> float:
        """Seconds that the model takes for as many calls as `rows` need."""
        return self._sum(self.alone, rows)

    def _sum(self, seconds: Callable[[int], float], rows: int) -> float:
        full, rest = divmod(rows, self.limit)
        return (full * seconds(self.limit) if full else 0.0) + (seconds(rest) if rest else 0.0)

    @property
    def rate(self) -> float:
        """Rows per second at the most."""
        return self.limit / self.call(self.limit)

    def took(self, size: int, seconds: float, alone: float | None = None) -> None:
        """A call of this size ends now.

        Args:
            size: of it.
            seconds: until its answers were there.
            alone: seconds that the model took; None for all of them.
        """
        now = self._clock()
        self._whole.took(size, seconds, now)
        self._alone.took(size, seconds if alone is None else alone, now)


def measure(
    model: Model,
    sample: Tensors,
    *,
    limit: int,
    longest: float,
    clock: Callable[[], float] = time.perf_counter,
) -> Costs:
    """Call the model with 1, 2, 4 … rows, and keep the sizes that are worth it.

    Args:
        model: is traced for each size on the way.
        sample: one row that it answers.
        limit: most rows of a call.
        longest: seconds of a request that has the most time; sizes above the first that takes too much of it are not
            tried.
        clock: seconds.
    """
    if model.row_limit is not None:
        limit = min(limit, model.row_limit)
    found: dict[int, float] = {}
    least: dict[int, float] = {}  # what holds a call up says nothing of what a size is worth
    size = 1
    while size <= limit:
        tensors = {name: np.repeat(row, size, axis=0) for name, row in sample.items()}
        model.predict(tensors)  # traces
        times: list[float] = []
        while len(times) < FEWEST or (len(times) < TRIES and sum(times) < TRY_SECONDS):
            begun = clock()
            model.predict(tensors)
            times.append(max(clock() - begun, 1e-6))
        found[size], least[size] = sorted(times)[(len(times) - 1) // 2], min(times)
        if found[size] > LONGEST * longest:
            break
        size *= 2
    best = max(rows / seconds for rows, seconds in least.items())
    last = next(rows for rows, seconds in least.items() if rows / seconds >= WORTH * best)
    return Costs({rows: seconds for rows, seconds in found.items() if rows <= last}, longest=longest)
