"""Requests that start on time, whether or not others were answered, from a process on a core of its own.

A latency counts from when its request was due, not from when it could be sent: a server that keeps clients waiting
can't hide it. `python -m tests.load.generator` reads a `Plan` and writes an `Outcome`; `run` is its caller.
"""

import asyncio
import gc
import json
import os
import re
import subprocess
import sys
import time
from array import array
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import uvloop
from pydantic import TypeAdapter

from tests.load import machine
from tests.service.fakes import READING

HOST: Final = "127.0.0.1"
LONGEST: Final = 900.0
"""Seconds after which a load ends by itself."""

_TICK: Final = 0.001
_SWEEP: Final = 0.05
_BACK_OFF: Final = 0.01  # seconds, in the closed loop
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_RETRY: Final = re.compile(rb"\r\nretry-after: *\d", re.IGNORECASE)
_CLOSE: Final = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_REFUSED: Final = {429, 503}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to send; it ends by `seconds` or `requests`, whichever comes first.

    Attributes:
        port: of a server on loopback.
        rate: requests per second, with times between them as of independent clients (a Poisson process). 0: the
            closed loop, in which each connection sends when it has its answer.
        connections: at most; a request that is due while all are busy is not offered.
        timeout: seconds after which a client has gone.
        seed: of the times.
    """

    port: int
    seconds: float = LONGEST
    rate: float = 0.0
    connections: int = 512
    requests: int = 1_000_000_000
    timeout: float = 10.0
    seed: int = 1
    path: str = "/predict"
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: dict[str, float] = field(default_factory=lambda: dict(READING))


@dataclass(frozen=True, kw_only=True)
class Latencies:
    """Of answers with the same status; milliseconds."""

    count: int
    p50: float
    p99: float
    highest: float

    @classmethod
    def of(cls, seconds: "array[float]") -> "Latencies":
        p50, p99, highest = (round(float(each) * 1000, 3) for each in np.percentile(seconds, (50, 99, 100)))
        return cls(count=len(seconds), p50=p50, p99=p99, highest=highest)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of the requests.

    Attributes:
        seconds: that requests were offered.
        offered: requests that were sent.
        not_offered: requests that were due while every connection was busy.
        late: by how many milliseconds at most 99 % of the requests were sent after they were due.
        statuses: the answers.
        lost: requests without an answer, by what happened instead.
        without_retry_after: refusals that don't tell when to come back.
        in_time: 200s that came while requests were offered.
    """

    seconds: float
    offered: int
    not_offered: int
    late: float
    statuses: dict[int, Latencies]
    lost: dict[str, int]
    without_retry_after: int
    in_time: int

    def count(self, status: int) -> int:
        return self.statuses[status].count if status in self.statuses else 0

    @property
    def rate(self) -> float:
        """200s per second, while requests were offered."""
        return self.in_time / self.seconds


_PLAN: Final = TypeAdapter(Plan)
_OUTCOME: Final = TypeAdapter(Outcome)


def run(plan: Plan) -> Outcome:
    """Carry out a plan in a process of its own, on the clients' core."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.load.generator"],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        os.sched_setaffinity(process.pid, machine.CLIENTS)
        out, _ = process.communicate(_PLAN.dump_json(plan))
    assert process.returncode == 0
    return _OUTCOME.validate_json(out)


class _Connection(asyncio.Protocol):
    """One request at a time; the first is sent as soon as there is a connection."""

    def __init__(self, load: "_Load", due: float) -> None:
        self.due = due
        self.waits = True
        self.transport: asyncio.Transport | None = None
        self._load = load
        self._got = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] as uvicorn's
        self.transport = transport
        if self.waits:
            self.send(self.due)
        else:  # its client has gone meanwhile
            transport.abort()

    def send(self, due: float) -> None:
        assert self.transport is not None
        self.due, self.waits = due, True
        self._load.late.append(time.perf_counter() - due)
        self.transport.write(self._load.request)

    def data_received(self, data: bytes) -> None:
        got = self._got = self._got + data if self._got else data
        end = got.find(b"\r\n\r\n")
        if end < 0:
            return
        head = got[:end]
        length = _LENGTH.search(head)
        if length is None or not self.waits:
            self._load.failed(self, "not understood")
            return
        if len(got) < end + 4 + int(length[1]):
            return
        self._got = b""
        self._load.answered(self, int(head[9:12]), head)

    def connection_lost(self, exc: Exception | None) -> None:
        self._load.disconnected(self)


class _Load:
    def __init__(self, plan: Plan) -> None:
        body = json.dumps(plan.body).encode()
        headers = {"Host": "pod", "Content-Type": "application/json", "Content-Length": len(body)} | plan.headers
        lines = [f"POST {plan.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        self.request = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
        self.late = array("d")
        self._plan = plan
        self._loop = asyncio.get_running_loop()
        self._free: list[_Connection] = []
        self._busy: dict[_Connection, None] = {}  # the longest waiting first
        self._tasks: set[asyncio.Task[None]] = set()
        self._open = 0
        self._not_offered = 0
        self._latencies: defaultdict[int, array[float]] = defaultdict(lambda: array("d"))
        self._lost: Counter[str] = Counter()
        self._without_retry_after = 0
        self._sent = self._in_time = 0
        self._begun = self._end = 0.0

    async def run(self) -> Outcome:
        plan = self._plan
        seconds = min(plan.seconds, LONGEST)
        self._begun = time.perf_counter()
        self._end = self._begun + seconds
        sweeper = self._loop.create_task(self._sweep())
        await (self._offer(seconds) if plan.rate else self._circle())
        offered_for = min(time.perf_counter() - self._begun, seconds)
        while self._busy:  # until they are answered, or swept
            await asyncio.sleep(_SWEEP)
        sweeper.cancel()
        return Outcome(
            seconds=round(offered_for, 3),
            offered=self._sent,
            not_offered=self._not_offered,
            late=Latencies.of(self.late).p99 if self.late else 0.0,
            statuses={status: Latencies.of(each) for status, each in sorted(self._latencies.items())},
            lost=dict(self._lost),
            without_retry_after=self._without_retry_after,
            in_time=self._in_time,
        )

    async def _offer(self, seconds: float) -> None:
        """The open loop."""
        plan = self._plan
        count = min(plan.requests, round(plan.rate * seconds))
        between = np.random.default_rng(plan.seed).exponential(1 / plan.rate, count)
        yielded = self._begun
        for due in (self._begun + between.cumsum()).tolist():
            while (now := time.perf_counter()) < due or now - yielded > _TICK:  # answers want to be read, too
                await asyncio.sleep(_TICK if now < due else 0)
                yielded = time.perf_counter()
            if self._free:
                self._again(self._free.pop(), due)
            elif self._open < plan.connections:
                self._connect(due)
            else:
                self._not_offered += 1

    async def _circle(self) -> None:
        """The closed loop."""
        for _ in range(min(self._plan.connections, self._plan.requests)):
            self._connect(time.perf_counter())
        while not self._over():
            await asyncio.sleep(_SWEEP)

    def _over(self) -> bool:
        return self._sent >= self._plan.requests or time.perf_counter() >= self._end

    def _connect(self, due: float) -> None:
        connection = _Connection(self, due)
        self._sent += 1
        self._open += 1
        self._busy[connection] = None

        async def connect() -> None:
            try:
                await self._loop.create_connection(lambda: connection, HOST, self._plan.port)
            except OSError as error:
                self.failed(connection, type(error).__name__)
                self.disconnected(connection)

        task = self._loop.create_task(connect())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _again(self, connection: _Connection, due: float) -> None:
        self._sent += 1
        self._busy[connection] = None
        connection.send(due)

    def answered(self, connection: _Connection, status: int, head: bytes) -> None:
        now = time.perf_counter()
        self._latencies[status].append(now - connection.due)
        if status == 200:
            self._in_time += now <= self._end
        elif status in _REFUSED:
            self._without_retry_after += not _RETRY.search(head)
        del self._busy[connection]
        connection.waits = False
        if _CLOSE.search(head):
            assert connection.transport
            connection.transport.close()
        elif self._plan.rate:
            self._free.append(connection)
        elif status == 200:
            self._next(connection)
        else:  # without a pause, refusals would be all that the server does
            self._loop.call_later(_BACK_OFF, self._next, connection)

    def _next(self, connection: _Connection) -> None:
        assert connection.transport
        if not self._over() and not connection.transport.is_closing():
            self._again(connection, time.perf_counter())

    def failed(self, connection: _Connection, why: str) -> None:
        """Count a request as lost, and end its connection."""
        if connection.waits:
            self._lost[why] += 1
            self._busy.pop(connection)
            connection.waits = False
        if connection.transport:
            connection.transport.abort()

    def disconnected(self, connection: _Connection) -> None:
        self.failed(connection, "connection lost")
        self._open -= 1
        if connection in self._free:
            self._free.remove(connection)
        if not self._plan.rate and not self._over():
            self._loop.call_later(_BACK_OFF, self._replace)

    def _replace(self) -> None:
        if not self._over():
            self._connect(time.perf_counter())

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP)
            gone = time.perf_counter() - self._plan.timeout
            while self._busy and (oldest := next(iter(self._busy))).due < gone:
                self.failed(oldest, "timeout")


async def _main(plan: Plan) -> Outcome:
    asyncio.get_running_loop().set_exception_handler(_end)
    return await _Load(plan).run()


def _end(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Don't go on after an error of our own: what is counted then is wrong, and may never be complete."""
    loop.default_exception_handler(context)
    os._exit(1)


if __name__ == "__main__":
    given = _PLAN.validate_json(sys.stdin.read())
    gc.disable()  # nothing here is in circles, and a collection would be taken for the server's time
    sys.stdout.buffer.write(_OUTCOME.dump_json(uvloop.run(_main(given))))
