"""An open-loop load on a gateway route, steady or growing: requests start on time, whether or not others were answered.

Bounded in rate and time, and it only ever goes to the loopback address.
"""

import asyncio
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

import httpx

LONGEST: Final = 900.0  # seconds after which a load ends by itself
ANSWER_WITHIN: Final = 10.0  # seconds


@dataclass
class Tally:
    """What became of the requests."""

    sent: int = 0
    versions: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    retried: int = 0


class Load:
    """Runs in a thread of its own between `with` and its end.

    Args:
        url: of the predict endpoint; the host must be 127.0.0.1.
        reading: the request's JSON body.
        rate: requests per second, at the beginning.
        retries: how often a client tries again after a failure before it counts the request as lost.
        growth: requests per second that each second adds.
    """

    def __init__(
        self, url: str, reading: dict[str, float], rate: float, *, retries: int = 0, growth: float = 0.0
    ) -> None:
        if urlsplit(url).hostname != "127.0.0.1":
            raise ValueError(f"load goes to 127.0.0.1 only, not to {url}")
        self.tally: Final = Tally()
        self._url = url
        self._reading = reading
        self._rate = rate
        self._growth = growth
        self._attempts = retries + 1
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    async def _run(self) -> None:
        begun = due = time.monotonic()
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
        async with (
            httpx.AsyncClient(limits=limits, timeout=ANSWER_WITHIN) as client,
            asyncio.TaskGroup() as requests,
        ):
            while not self._stop.is_set() and time.monotonic() - begun < LONGEST:
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                due += 1 / (self._rate + self._growth * (due - begun))
                self.tally.sent += 1
                requests.create_task(self._one(client))

    async def _one(self, client: httpx.AsyncClient) -> None:
        failure = "never tried"
        for attempt in range(self._attempts):
            self.tally.retried += attempt > 0
            try:
                answer = await client.post(self._url, json=self._reading)
            except httpx.HTTPError as error:
                failure = type(error).__name__
                continue
            if answer.status_code == 200:
                self.tally.versions[answer.headers.get("X-Model-Version", "unnamed")] += 1
                return
            failure = f"{answer.status_code}: {answer.text[:80]}"
        self.tally.lost[failure] += 1
