"""An open-loop load on a gateway route, steady or growing: requests start on time, whether or not others were answered.

Bounded in rate and time, and it only ever goes to the loopback address.
"""

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final
from urllib.parse import urlsplit

import httpx

from sandbox.journey.questions import READINGS
from tests.background import Background

LONGEST: Final = 1800.0  # seconds after which a load ends by itself
FASTEST: Final = 400.0  # requests per second, however long a load has grown
ANSWER_WITHIN: Final = 10.0  # seconds


@dataclass
class Tally:
    """What became of the requests.

    Attributes:
        sent: how many there were.
        fresh: how many of these came on a connection of their own.
        versions: answers as they should be, by the version that gave them.
        lost: the others, by what came instead.
        retried: how often a client tried again.
        releases: when each release answered, rightly or not, in seconds of the monotonic clock.
        lost_at: when those that are lost were.
    """

    sent: int = 0
    fresh: int = 0
    versions: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    retried: int = 0
    releases: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    lost_at: list[float] = field(default_factory=list[float])


class Load(Background):
    """Runs in a thread of its own between `with` and its end.

    Its requests are the `READINGS`, so that an answer to somebody else would be a wrong one. Which is next is chance:
    the gateway deals requests out in turn, and readings by turns would give a canary the same one each time.

    Args:
        url: of the predict endpoint; the host must be 127.0.0.1.
        rate: requests per second, at the beginning.
        retries: how often a client tries again after a failure before it counts the request as lost. It waits as long
            as `Retry-After` says, if the answer has it.
        growth: requests per second that each second adds.
        fresh: whether every second request comes on a connection of its own. The others share some that are kept.
        right: what each version answers to the readings; anything else counts as lost. Without it, every 200 is right.
        burst: how many requests come at a time, at the same rate.
    """

    def __init__(
        self,
        url: str,
        rate: float,
        *,
        retries: int = 0,
        growth: float = 0.0,
        fresh: bool = False,
        right: Mapping[str, Sequence[object]] | None = None,
        burst: int = 1,
    ) -> None:
        if urlsplit(url).hostname != "127.0.0.1":
            raise ValueError(f"load goes to 127.0.0.1 only, not to {url}")
        super().__init__(lambda: asyncio.run(self._run()))
        self.tally: Final = Tally()
        self._url = url
        self._rate = rate
        self._growth = growth
        self._attempts = retries + 1
        self._fresh = fresh
        self._right = right
        self._burst = burst
        self._readings = random.Random(random.getrandbits(64))  # noqa: S311 (pytest-randomly's seed is printed)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        ended = not self.works
        super().__exit__(kind, error, trace)
        if ended and error is None:
            raise RuntimeError("the load ended before its block did, and what came then went without")

    async def _run(self) -> None:
        begun = due = time.monotonic()
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
        async with (
            httpx.AsyncClient(limits=limits, timeout=ANSWER_WITHIN) as keeping,
            httpx.AsyncClient(limits=limits, timeout=ANSWER_WITHIN, headers={"Connection": "close"}) as closing,
            asyncio.TaskGroup() as requests,
        ):
            while not self.over.is_set() and time.monotonic() - begun < LONGEST:
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                due += self._burst / min(FASTEST, self._rate + self._growth * (due - begun))
                for _ in range(self._burst):
                    fresh = self._fresh and self.tally.sent % 2 == 1
                    which = self._readings.randrange(len(READINGS))
                    requests.create_task(self._one(closing if fresh else keeping, which))
                    self.tally.sent += 1
                    self.tally.fresh += fresh

    async def _one(self, client: httpx.AsyncClient, which: int) -> None:
        failure, wait = "never tried", 0.0
        for attempt in range(self._attempts):
            self.tally.retried += attempt > 0
            await asyncio.sleep(wait)
            try:
                answer = await client.post(self._url, json=self.asked(which))
            except httpx.HTTPError as error:
                failure, wait = type(error).__name__, 0.0
                continue
            version = answer.headers.get("X-Model-Version", "unnamed")
            if release := answer.headers.get("X-Slipway-Release"):
                self.tally.releases[release].append(time.monotonic())
            if answer.status_code == 200 and self._is_right(version, which, answer):
                self.tally.versions[version] += 1
                return
            failure, wait = f"{answer.status_code}: {answer.text[:80]}", float(answer.headers.get("Retry-After", 0))
        self.tally.lost[failure] += 1
        self.tally.lost_at.append(time.monotonic())

    def asked(self, which: int) -> object:
        """A request's body."""
        return READINGS[which]

    def _is_right(self, version: str, which: int, answer: httpx.Response) -> bool:
        if self._right is None:
            return True
        return version in self._right and answer.json() == self._right[version][which]
