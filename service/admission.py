"""Which requests are taken: those that can be answered in their time, without making others wait too long.

A queue that only grows answers everybody too late: with a first-in, first-out queue and a deadline, the request
that is served next is always the one that is about to expire, and useful work falls to nothing. So what is refused
is refused at once, and told when to come back.
"""

import math
import random
import time
from collections.abc import Callable
from typing import Final

from service.costs import Costs
from service.errors import OutOfTime, Overloaded

WAITING_CALLS: Final = 2
WAITING_ROWS: Final = 10
"""A queue of two full calls, or of ten rows where a call takes one, keeps a model busy through the chances of
arrival: with random arrivals at 80 % of its capacity, fewer than one in a hundred finds ten rows waiting (M/D/1:
0.7 %). A longer queue makes those late who are admitted in an overload, and nobody happier."""

LONGEST_RETRY: Final = 30.0
"""Seconds; who is told to stay away longer gives up instead."""


class Admission:
    """Admits rows by what their calls are expected to cost.

    How many may wait is decided by the model's own time, and whether a request can be finished by all that passes.

    Args:
        costs: of the model's calls.
        queue_seconds: rows may wait so long at least, however cheap the model is: a burst is no overload.
        clock: seconds, monotonic.
        chance: uniform in [0, 1).
    """

    def __init__(
        self,
        costs: Costs,
        *,
        queue_seconds: float,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._costs: Final = costs
        self._most: Final = max(WAITING_CALLS * costs.limit, WAITING_ROWS)
        self._queue_seconds: Final = queue_seconds
        self._clock: Final = clock
        self._chance: Final = chance
        self._refused = 0.0
        self._counted = clock()

    def check(self, rows: int, *, queued: int, running: float, seconds: float) -> None:
        """Refuse `rows` that cannot be answered in time.

        Args:
            rows: of the request.
            queued: rows that wait before them.
            running: seconds until the call that runs is expected to end.
            seconds: that the request has.

        Raises:
            Overloaded: more wait than can be answered soon.
            OutOfTime: it could not be finished.
        """
        if self.fits(rows, queued=queued, running=running, seconds=seconds):
            return
        waiting = self._costs.work(queued)
        if queued >= self._most and waiting >= self._queue_seconds:
            raise Overloaded(
                f"{queued} rows wait already, which take {waiting:.2g} s; come back later", self.retry_after(rows)
            )
        finished = running + self._costs.wait(queued + rows)
        raise OutOfTime(
            f"the answer would take {finished:.2g} s, and the request has {seconds:.2g} s; come back later",
            self.retry_after(rows),
        )

    def fits(self, rows: int, *, queued: int, running: float, seconds: float) -> bool:
        """Whether `check` would admit them; nobody is counted as refused."""
        costs = self._costs
        if queued >= self._most and costs.work(queued) >= self._queue_seconds:
            return False
        ahead = queued + rows
        return running + costs.most(ahead) <= seconds or running + costs.wait(ahead) <= seconds

    def retry_after(self, rows: int = 1) -> int:
        """Whole seconds after which a refused request may come back.

        The refused stand in a queue in thought, which shrinks as fast as the model could work it off; each is sent
        away for a random part of its length, so that they come back spread over the time that they need.
        """
        now = self._clock()
        rate = self._costs.rate
        self._refused = max(self._refused - (now - self._counted) * rate, 0.0) + rows
        self._refused = min(self._refused, LONGEST_RETRY * rate)
        self._counted = now
        return 1 + math.floor(self._chance() * min(math.ceil(self._refused / rate), LONGEST_RETRY))
