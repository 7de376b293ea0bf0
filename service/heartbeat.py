"""Whether the event loop runs: it says so again and again, and another thread looks when it last did."""

import asyncio
import time
from typing import Final

EVERY: Final = 0.25
"""Seconds between beats."""

HUNG_AFTER: Final = 15.0
"""Seconds without a beat after which the loop hangs: nothing on it may take longer than a few milliseconds, and a
pod that is short of processor time for so long answers nobody."""


class Heartbeat:
    """The loop's heartbeat."""

    def __init__(self) -> None:
        self._last: float | None = None

    async def beat(self) -> None:
        """Beat until cancelled."""
        while True:
            self._last = time.monotonic()
            await asyncio.sleep(EVERY)

    def hung(self) -> str:
        """Why the process is worth a restart; empty when it is not. A loop that never began is not judged."""
        silent = 0.0 if self._last is None else time.monotonic() - self._last
        return f"the event loop has not run for {silent:.0f} s" if silent > HUNG_AFTER else ""
