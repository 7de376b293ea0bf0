"""The end of a pod without a lost request.

Kubernetes sends SIGTERM and tells the gateways at the same moment, so requests still come for some seconds.
uvicorn alone would close its sockets at once and refuse them. Here SIGTERM first makes the service unready and
lets it accept on; then its sockets close, requests in flight finish, and the process exits with 0.
"""

import logging
import signal
import time
from types import FrameType
from typing import Final

import uvicorn

from service.lifecycle import Lifecycle, Phase

_log = logging.getLogger(__name__)


class DrainingServer(uvicorn.Server):
    """uvicorn's server with a drain before its shutdown.

    Args:
        config: uvicorn's; `timeout_graceful_shutdown` bounds the time for requests in flight.
        lifecycle: told when draining begins.
        drain_seconds: how long to accept on after SIGTERM.
    """

    def __init__(self, config: uvicorn.Config, lifecycle: Lifecycle, drain_seconds: float) -> None:
        super().__init__(config)
        self._lifecycle: Final = lifecycle
        self._drain_seconds: Final = drain_seconds
        self._terminated = False
        self._closing_time: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Note a SIGTERM for the next tick; a second one changes nothing. SIGINT stops at once.

        Unlike uvicorn's, it does not raise the signal again at the end: the process ends with 0.
        """
        if sig == signal.SIGINT:
            self.force_exit = self.should_exit
            self.should_exit = True
        else:
            self._terminated = True

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: begin to drain, and close when that is over."""
        now = time.monotonic()
        if self._terminated and self._closing_time is None:
            # Nobody sends requests to a pod that was never ready.
            wait = self._drain_seconds if self._lifecycle.phase is Phase.READY else 0
            self._closing_time = now + wait
            self._lifecycle.drain()
            _log.info("draining", extra={"seconds": wait})
        if self._closing_time is not None and now >= self._closing_time:
            self.should_exit = True
        return await super().on_tick(counter)
