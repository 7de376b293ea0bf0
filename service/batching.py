"""Concurrent requests become one call of the model.

There is no window: a request that finds the model free goes at once, with those that arrived in the same turn of
the event loop; while a call runs, the next batch gathers. A short call is made on the loop, where nothing waits for
its turn; a longer one in the model's thread, so that the loop goes on.

Everything here but the call itself happens in the event loop's thread.
"""

import asyncio
import math
import time
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.admission import Admission
from service.costs import Costs
from service.errors import DeadlineExceeded, ModelFailed, OutOfTime, ServingError
from service.metrics import Metrics, Reason
from service.model import Model, Tensors, count
from service.traces import Shared, Trail
from service.waiting import Asked, Gathered, Item, Waiting

INLINE_SECONDS: Final = 0.003
"""A call on the loop holds up everything else on it. One in the thread waits for its turn beside a busy loop, and the
loop hears late of it: on one core fewer requests are answered that way (decision 18)."""

HELD_UP_SECONDS: Final = 0.004
"""So long a call may wait for its turn, which takes `service.server`'s `SWITCH_SECONDS` at a time."""

STUCK_AFTER: Final = 3
"""Times the longest deadline that a call may run before the pod is taken out of service."""

HUNG_AFTER: Final = 12
"""Times the longest deadline that a call may run before the process is worth a restart: a call cannot be stopped."""


@dataclass(frozen=True)
class _Call:
    gathered: list[Gathered]
    asked: list[Asked]
    rows: int
    size: int
    reason: Reason
    begun: float

    @property
    def items(self) -> list[Item]:
        """All, in the order of their rows."""
        return [*self.gathered, *self.asked]


class Batcher:
    """Answers requests with calls of one model.

    Args:
        model: the model.
        executor: its one thread.
        costs: of its calls.
        admission: decides what is taken.
        seconds: the longest deadline of a request.
        metrics: where batches are counted.
    """

    def __init__(
        self,
        model: Model,
        executor: Executor,
        *,
        costs: Costs,
        admission: Admission,
        seconds: float,
        metrics: Metrics,
    ) -> None:
        self._model: Final = model
        self._executor: Final = executor
        self._costs: Final = costs
        self._admission: Final = admission
        self._seconds: Final = seconds
        self._metrics: Final = metrics
        self._loop: Final = asyncio.get_running_loop()
        self._waiting: Final = Waiting()
        self._scheduled = False
        self._running: _Call | None = None
        self._sweep: asyncio.TimerHandle | None = None
        self._sweep_due = 0.0
        self._seen = 0
        self._last = 0.0

    @property
    def queued(self) -> int:
        """Rows that wait for a call."""
        return self._waiting.rows

    def running_for(self) -> float:
        """Seconds since the call began that runs in the model's thread; 0 when there is none. From any thread."""
        running = self._running
        return 0.0 if running is None else time.monotonic() - running.begun

    def stuck(self) -> str:
        """Why nothing is answered at present; empty when it is."""
        return self._runs_on(STUCK_AFTER)

    def hung(self) -> str:
        """Why a restart would help; empty when it would not."""
        return self._runs_on(HUNG_AFTER)

    def _runs_on(self, times: int) -> str:
        seconds = self.running_for()
        return f"a prediction has been running for {seconds:.0f} s" if seconds > times * self._seconds else ""

    def admit(self, rows: int, seconds: float) -> None:
        """Refuse what could not be answered now; asked when a request's head is there, and again when all of it is.

        Raises:
            Overloaded: more wait than can be answered soon.
            OutOfTime: it could not be finished within `seconds`.
        """
        self._admission.check(rows, queued=self._waiting.rows, running=self._rest(), seconds=seconds)

    def fits(self, seconds: float) -> bool:
        """Whether one row more would be admitted."""
        return self._admission.fits(1, queued=self._waiting.rows, running=self._rest(), seconds=seconds)

    async def predict(self, tensors: Tensors, seconds: float, trails: list[Trail] | None = None) -> Tensors:
        """Answer all rows, in as many calls as they need. Cancelling it takes back what has not begun.

        Args:
            tensors: at least one row; of the model's names, types and shapes.
            seconds: that it may take.
            trails: gets the way of each part of the rows, while they go it.

        Raises:
            Overloaded, OutOfTime: it was not begun.
            DeadlineExceeded: it was begun, and took too long.
            ModelFailed: the model failed on it; its cause says how.
        """
        rows, limit = count(tensors), self._costs.limit
        self.admit(rows, seconds)
        if rows <= limit:
            return await self._answer(self._ask(tensors, rows, seconds, trails))
        items: list[Asked] = []
        for start in range(0, rows, limit):
            part = {name: value[start : start + limit] for name, value in tensors.items()}
            items.append(self._ask(part, count(part), seconds, trails))
        try:
            answers = [await self._answer(item) for item in items]
        finally:
            for item in items:
                self._waiting.leave(item)
        return {name: np.concatenate([each[name] for each in answers]) for name in answers[0]}

    async def _answer(self, item: Asked) -> Tensors:
        try:
            return await item.future
        finally:
            self._waiting.leave(item)

    def _ask(self, tensors: Tensors, rows: int, seconds: float, trails: list[Trail] | None) -> Asked:
        now = time.monotonic()
        item = Asked(tensors, rows, now, now + seconds, self._loop.create_future())
        if trails is not None:
            item.trail = Trail(rows, now)
            trails.append(item.trail)
        self.add(item)
        return item

    def add(self, item: Item) -> None:
        """Let an item that was admitted wait for its call."""
        self._waiting.add(item)
        if self._running is None:
            self._schedule(Reason.IDLE)
        elif self._sweep is None or item.deadline < self._sweep_due:
            self._sweep_at(item.deadline)

    def leave(self, item: Item) -> None:
        """Its answer is not wanted any more."""
        self._waiting.leave(item)

    def _in_call(self, item: Item) -> bool:
        return self._running is not None and item in self._running.items

    def _rest(self) -> float:
        """Seconds until the running call is expected to end; one that is late is expected to take as long again."""
        running = self._running
        if running is None:
            return 0.0
        elapsed = time.monotonic() - running.begun
        expected = self._costs.call(running.size)
        return expected - elapsed if elapsed < expected else elapsed

    def _schedule(self, reason: Reason) -> None:
        if not self._scheduled:
            self._scheduled = True
            # After what is ready now: requests that came in the same turn share the call.
            self._loop.call_soon(self._dispatch, reason)

    def _dispatch(self, reason: Reason) -> None:
        # Where several wait, others may be on their way in: look once more, and go as soon as no more have come.
        if self._seen < self._waiting.rows and 1 < self._waiting.rows < self._costs.limit:
            self._seen = self._waiting.rows
            self._loop.call_soon(self._dispatch, reason)
            return
        self._scheduled, self._seen = False, 0
        if (call := self._take(reason)) is None:
            return
        try:
            tensors = self._joined(call)
        except Exception as error:
            self._failed(call, error)
            self._go_on()
            return
        if max(self._costs.alone(call.size), self._last) <= INLINE_SECONDS:
            try:
                outputs, seconds = self._called(tensors)
            except Exception as error:
                self._failed(call, error)
            else:
                self._answered(call, tensors, outputs, seconds)
            self._go_on()
            return
        self._running = call
        self._sweep_at(min(item.deadline for item in chain(call.items, self._waiting)))
        future = self._loop.run_in_executor(self._executor, self._called, tensors)
        future.add_done_callback(partial(self._ended, call, tensors))

    def _called(self, tensors: Tensors) -> tuple[Tensors, float]:
        """What the model says, and how many seconds it took for that; in whichever thread.

        Those of the processor: what is waited for beside it, a core or the interpreter, which a busy loop gives away
        late, is no time of the model's. A call that waited for much longer did so for something else, and all of it
        counts.
        """
        begun, used = time.monotonic(), time.thread_time()
        outputs = self._model.predict(tensors)
        took, used = time.monotonic() - begun, time.thread_time() - used
        return outputs, used if took - used <= HELD_UP_SECONDS else took

    def _go_on(self) -> None:
        if self._waiting:
            self._schedule(Reason.NEXT)

    def _take(self, reason: Reason) -> _Call | None:
        """The next rows that are still wanted and can still be answered in time, and make none of them late."""
        now = time.monotonic()
        ended = now + self._costs.most(self._costs.limit)  # whatever the call's size
        items: list[Item] = []
        rows, soonest = 0, math.inf
        while (item := self._waiting.first()) is not None:
            if items and (item.alone or items[0].alone or rows + item.rows > self._costs.limit):
                break
            deadline = min(soonest, item.deadline)
            late = deadline < ended and now + self._costs.call(rows + item.rows) > deadline
            if items and late:
                break
            self._waiting.take()
            if late:
                self._out_of_time(item)
                continue
            items.append(item)
            rows, soonest = rows + item.rows, deadline
        if not items:
            return None
        if items[0].alone:
            reason = Reason.ALONE
        elif rows == self._costs.limit:
            reason = Reason.FULL
        gathered = [item for item in items if isinstance(item, Gathered)]
        asked = [item for item in items if isinstance(item, Asked)]
        call = _Call(gathered, asked, rows, self._costs.size(rows), reason, now)
        for item in asked:
            if item.trail is not None:
                item.trail.called(now, Shared(rows, call.size, reason))
        return call

    def _out_of_time(self, item: Item) -> None:
        self._metrics.missed("queue")
        item.fail(
            OutOfTime("the model became too slow to answer in time; come back later", self._admission.retry_after())
        )

    def _joined(self, call: _Call) -> Tensors:
        """The tensors of all items below each other, filled up with copies of the first row, which is a valid one."""
        given = [item.tensors for item in call.asked]
        if call.gathered:
            given.insert(0, call.gathered[0].together.tensors(call.gathered))
        missing = call.size - call.rows

        def joined(name: str) -> NDArray[Any]:
            parts = [each[name] for each in given]
            if missing:
                parts.append(np.repeat(parts[0][:1], missing, axis=0))
            return parts[0] if len(parts) == 1 else np.concatenate(parts)

        return {name: joined(name) for name in given[0]}

    def _ended(self, call: _Call, tensors: Tensors, future: "asyncio.Future[tuple[Tensors, float]]") -> None:
        self._running = None
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        if future.cancelled():  # the process ends
            return
        if error := future.exception():
            self._failed(call, error)
        else:
            self._answered(call, tensors, *future.result())
        self._seen = self._waiting.rows  # what waited during the call needs no second look
        self._dispatch(Reason.NEXT)

    def _answered(self, call: _Call, tensors: Tensors, outputs: Tensors, alone: float) -> None:
        now = time.monotonic()
        self._last, seconds = alone, now - call.begun
        self._costs.took(call.size, seconds, alone)
        wrong = [name for name, each in outputs.items() if each.shape[:1] != (call.size,)]
        if wrong and self._model.row_limit != 1:
            self._failed(call, ModelFailed(f"The model gave no {wrong[0]!r} for each reading"))
            return
        start = len(call.gathered)
        if start:
            rows = {name: value[:start] for name, value in tensors.items()}
            call.gathered[0].together.answer(call.gathered, rows, self._share(outputs, 0, start))
        for item in call.asked:
            if not item.done():
                item.future.set_result(self._share(outputs, start, item.rows))
            if item.trail is not None:
                item.trail.answered(now)
            start += item.rows
        waits = [call.begun - item.since for item in call.items]
        self._metrics.called(call.rows, call.reason, seconds, waits)

    def _share(self, outputs: Tensors, start: int, rows: int) -> Tensors:
        if self._model.row_limit == 1:  # whatever its outputs' shapes are, they are this row's
            return outputs
        return {name: value[start : start + rows] for name, value in outputs.items()}

    def _failed(self, call: _Call, error: BaseException) -> None:
        """Ask each request of the batch on its own, so that the one that the model fails on is the only one to fail."""
        for item in call.items:
            if item.trail is not None:
                item.trail.failed(time.monotonic(), again=len(call.items) > 1 and not item.done())
        if len(call.items) > 1:
            for item in reversed(call.items):
                if not item.done():
                    self._waiting.put_back(item)
            return
        [item] = call.items
        if not item.done():
            failure = error if isinstance(error, ServingError) else ModelFailed("The model failed on this reading")
            if failure is not error:
                failure.__cause__ = error  # logged by who answers, whose lines have the request's id
            item.fail(failure)

    def _sweep_at(self, when: float) -> None:
        """End at its deadline what waits for a call that may never end."""
        if self._sweep is not None:
            self._sweep.cancel()
        self._sweep_due = when
        self._sweep = self._loop.call_later(max(when - time.monotonic(), 0.0), self._sweeping)

    def _sweeping(self) -> None:
        self._sweep = None
        now = time.monotonic()
        running = self._running
        pending = [item for item in chain(running.items if running else (), self._waiting) if not item.done()]
        for item in pending:
            if item.deadline <= now:
                if self._in_call(item):
                    self._metrics.missed("call")
                    late = DeadlineExceeded(
                        f"no answer within {item.deadline - item.since:g} s", self._admission.retry_after()
                    )
                    item.fail(late)
                else:
                    self._out_of_time(item)
        if left := [item.deadline for item in pending if item.deadline > now]:
            self._sweep_at(min(left))
