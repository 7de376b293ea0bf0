"""uvicorn's HTTP protocol with deadlines where it has none: for a request's head, and for a silent connection.

Without them a client that opens connections and sends nothing, or a header a minute, holds each for ever.
"""

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class DeadlineProtocol(HttpToolsProtocol):
    """Closes a connection whose request's head does not arrive in time.

    Attributes:
        head_seconds: from the first byte of a request to the end of its headers.
    """

    head_seconds: ClassVar[float] = 10.0

    _head: asyncio.TimerHandle | None = None
    _in_head = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] as uvicorn's own
        """Treat a new connection as an idle one: a gateway may open it ahead and use it much later."""
        super().connection_made(transport)
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def data_received(self, data: bytes) -> None:
        """Start the clock with a request's first byte."""
        if self._between_requests():
            self._start()
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Note that a head has begun, perhaps while the request before is still being answered."""
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Stop the clock; the body has a deadline of its own (`bodies`)."""
        self._in_head = False
        self._stop()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Start the clock for a next request that has begun already."""
        super().on_response_complete()
        if self._in_head:
            self._start()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._stop()
        super().connection_lost(exc)

    def _between_requests(self) -> bool:
        cycle: Any = self.cycle  # None before the first request, though uvicorn declares otherwise
        return cycle is None or cycle.response_complete

    def _start(self) -> None:
        if self._head is None:
            self._head = self.loop.call_later(self.head_seconds, self.timeout_keep_alive_handler)

    def _stop(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None
