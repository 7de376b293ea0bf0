"""uvicorn's HTTP protocol with the bounds that it does not have.

Without them one connection is enough: a head without an end takes the memory, one that trickles holds its place for
ever, and so does a client that asks and never reads. Here heads are bounded in bytes and in time, silent connections
in time, unread answers in time, and all connections in number. When the client of a request leaves, the task that
answers it is cancelled.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import httptools
import orjson
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from service.identity import REQUEST_ID, new_request_id

CONNECTION: Final = "slipway.connection"
"""Key of a request's scope, with the `Connection` that it came on."""


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What a connection may take.

    Attributes:
        head_bytes: of a request's line and headers.
        head_seconds: from the first byte of a request to the end of its headers.
        write_seconds: how long a client may leave answers unread once our buffer is full.
        ahead: requests that a client may send before the one that is being answered is.
        connections: at a time; further ones are refused.
        draining: whether answers ask their connections to close, so that a gateway's pool leaves us in good time.
        refused: told of a connection or head that is refused, with the reason.
    """

    head_bytes: int = 32 * 1024
    head_seconds: float = 10.0
    write_seconds: float = 10.0
    ahead: int = 100
    connections: int = 4096
    draining: Callable[[], bool] = lambda: False
    refused: Callable[[str], object] = lambda _: None


class _Flow(FlowControl):
    """Reads nothing while requests wait that were sent ahead; uvicorn's reads on with each answer."""

    def __init__(self, transport: asyncio.Transport, connection: HttpToolsProtocol) -> None:
        super().__init__(transport)
        self._connection: Final = connection

    def resume_reading(self) -> None:
        if not self._connection.pipeline:
            super().resume_reading()


class Connection(HttpToolsProtocol):
    """A client's connection.

    Attributes:
        answering: the task that answers the current request; cancelled when the client leaves.
    """

    bounds: ClassVar[Bounds] = Bounds()

    answering: "asyncio.Task[Any] | None" = None
    _clock: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None
    _in_message = False
    _in_head = False
    _complete = False
    _head_bytes = 0

    @classmethod
    def within(cls, bounds: Bounds) -> type["Connection"]:
        """The protocol with these bounds."""

        class Bounded(cls):
            pass

        Bounded.bounds = bounds
        return Bounded

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] as uvicorn's own
        """Treat a new connection as an idle one: a gateway may open it ahead and use it much later."""
        super().connection_made(transport)
        self.flow = _Flow(transport, self)
        if len(self.connections) > self.bounds.connections:
            self._refuse(503, "connections", f"There are {self.bounds.connections} connections already", retry_after=1)
            return
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Feed the parser as uvicorn does, and count what belongs to a head."""
        if self.transport.is_closing():
            return
        self._unset_keepalive_if_required()
        if self._in_head or not self._in_message:
            self._head_bytes += len(data)
        self._complete = False
        parser: Any = self.parser
        try:
            parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # answered like any other request
        except httptools.HttpParserError:
            self._refuse(400, "head", "This is not an HTTP request")
            return
        # The clock is for what is not whole yet: a head, or the rest of a body whose request is answered already.
        if self._in_head or (self._between_requests() and not self._complete):
            self._start()
        if not self._in_head:
            self._head_bytes = 0
        elif self._head_bytes > self.bounds.head_bytes:
            self._too_large()

    def on_message_begin(self) -> None:
        """Note that a head has begun, perhaps while the request before is still being answered."""
        self._in_head = self._in_message = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Stop the clock; the body has a deadline of its own (`bodies`)."""
        self._in_head = False
        self._stop()
        if self._head_bytes > self.bounds.head_bytes:
            size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
            if size > self.bounds.head_bytes:
                self._too_large()
        if self.transport.is_closing():
            return
        self.scope[CONNECTION] = self  # pyright: ignore[reportGeneralTypeIssues] a key of our own
        super().on_headers_complete()
        if len(self.pipeline) > self.bounds.ahead:
            self.transport.close()
            return
        if self.bounds.draining():
            self.cycle.keep_alive = False
            self.cycle.default_headers = [*self.cycle.default_headers, (b"connection", b"close")]

    def on_body(self, body: bytes) -> None:
        """Take a part of the body, unless the connection is being refused."""
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Stop the clock that the rest of a body has started whose request is answered already."""
        self._in_message, self._complete = False, True
        if self.transport.is_closing():
            return
        if self._between_requests():
            self._stop()
            self._wait()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Start the clock for a next request that has begun already."""
        super().on_response_complete()
        if self._in_head:
            self._start()

    def pause_writing(self) -> None:
        """Give the client some time to read."""
        super().pause_writing()
        self._unread = self.loop.call_later(self.bounds.write_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """The client reads."""
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all clocks, and all work for this client."""
        self._stop()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
        self.pipeline.clear()
        if self.answering is not None:
            self.answering.cancel()

    def _between_requests(self) -> bool:
        cycle: Any = self.cycle  # None before the first request, though uvicorn declares otherwise
        return cycle is None or cycle.response_complete

    def _wait(self) -> None:
        self._unset_keepalive_if_required()
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def _start(self) -> None:
        if self._clock is None:
            self._clock = self.loop.call_later(self.bounds.head_seconds, self.timeout_keep_alive_handler)

    def _stop(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _too_large(self) -> None:
        self._refuse(431, "head", f"The request's head has more than {self.bounds.head_bytes} bytes")

    def _refuse(self, status: int, reason: str, detail: str, *, retry_after: int | None = None) -> None:
        """Answer without the application, and close."""
        self.bounds.refused(reason)
        body = orjson.dumps({"detail": detail})
        headers = [
            *self.server_state.default_headers,
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
            (REQUEST_ID, new_request_id()),
        ]
        if retry_after is not None:
            headers.append((b"retry-after", str(retry_after).encode()))
        lines = [name + b": " + value + b"\r\n" for name, value in headers]
        self._stop()
        if self._between_requests():  # otherwise it would land in the middle of an answer
            self.transport.write(b"".join([STATUS_LINE[status], *lines, b"\r\n", body]))
        self.transport.close()
