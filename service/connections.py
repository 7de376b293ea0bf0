"""uvicorn's HTTP protocol with the bounds that it does not have, and a short way for what is asked most.

Without them one connection is enough: a head without an end takes the memory, one that trickles holds its place for
ever, and so does a client that asks and never reads. Here heads are bounded in bytes and in time, silent connections
in time, unread answers in time, and all connections in number. When the client of a request leaves, the task that
answers it is cancelled.

A request whose head asks for nothing special, and whose body is there with it or soon after, is offered to `shortcut`
before anything is made for it that the application would need.
"""

import asyncio
import random
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import httptools
import orjson
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from service.identity import REQUEST_ID, new_request_id
from service.shortcut import Reading, Shortcut

PIECE: Final = 1024
"""Bytes of heads that are parsed at a time: most requests are less, and what is refused costs no more than a piece."""

BODY_PIECE: Final = 16 * PIECE
"""Bytes of a body that are."""

UNREAD: Final = 64 * 1024
"""Bytes of answers that the kernel keeps for a client; left to itself it keeps megabytes for one that reads nothing."""

REFUSED_SECONDS: Final = 1.0
"""How long a refused connection is kept, unread."""

FOLLOWS_SECONDS: Final = 0.01
"""A body that comes in a piece of its own follows its head within this, from any gateway written in Go: its HTTP client
sends the head first (`FlushHeaders` in net/http), because a body might take long to come."""

NOTED: Final = frozenset({REQUEST_ID, b"connection", b"expect", b"x-request-timeout", b"x-slipway-synthetic"})
"""Headers that mean something to the answer; those of traces do only where there is no short way."""

CONNECTION: Final = "slipway.connection"
"""Key of a request's scope, with the `Connection` that it came on."""


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What a connection may take.

    Attributes:
        head_bytes: of a request's line and headers, and of what is in a body and isn't the body: trailers, say.
        head_seconds: from the first byte of a request to the end of its headers.
        write_seconds: how long a client may leave answers unread once our buffer is full.
        headers: of a request.
        body_bytes: that are kept before who waits for them is woken.
        connections: at a time; further ones are refused.
        draining: whether answers ask their connections to close, so that a gateway's pool leaves us in good time.
        refused: told of a connection or head that is refused, with the reason.
    """

    head_bytes: int = 32 * 1024
    head_seconds: float = 10.0
    write_seconds: float = 10.0
    headers: int = 128
    body_bytes: int = 64 * 1024
    connections: int = 4096
    draining: Callable[[], bool] = lambda: False
    refused: Callable[[str], object] = lambda _: None


def spread(seconds: float) -> float:
    """At most `seconds`, and seldom the same twice: clients that came together are not cut off together."""
    return seconds * random.uniform(0.7, 1.0)  # noqa: S311 no secret depends on it


def _lines(headers: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
    return [name + b": " + value + b"\r\n" for name, value in headers]


_NOTHING: Final[Mapping[bytes, bytes]] = {}
_TAKEN: Final = frozenset({REQUEST_ID})


class _Unanswered:
    """Stands for a request on the short way, behind which others have to wait."""

    response_complete: Final = False


_UNANSWERED: Final[Any] = _Unanswered()


class _Flow(FlowControl):
    """Reads nothing while something waits that was sent ahead; uvicorn's reads on with each answer."""

    def __init__(self, transport: asyncio.Transport, connection: "Connection") -> None:
        super().__init__(transport)
        self._connection: Final = connection

    def resume_reading(self) -> None:
        if not self._connection.waiting:
            super().resume_reading()


class Connection(HttpToolsProtocol):
    """A client's connection.

    Attributes:
        answering: the task that answers the current request; cancelled when the client leaves.
    """

    bounds: ClassVar[Bounds] = Bounds()
    shortcut: ClassVar[Shortcut | None] = None
    _head: ClassVar[bytes] = b""
    _head_of: ClassVar[object] = None

    answering: "asyncio.Task[Any] | None" = None
    _clock: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None
    _held = False
    _refused = False
    _in_message = False
    _in_head = False
    _complete = False
    _head_bytes = 0
    _unparsed = memoryview(b"")
    _noted: Mapping[bytes, bytes]
    _offered: bytes | None = None
    _following: asyncio.TimerHandle | None = None
    _reading: Reading | None = None
    _last = False
    _idle_since = 0.0

    @classmethod
    def within(cls, bounds: Bounds, shortcut: Shortcut | None = None) -> type["Connection"]:
        """The protocol with these bounds, and with a short way if there is one."""

        class Bounded(cls):
            pass

        Bounded.bounds = bounds
        Bounded.shortcut = shortcut
        return Bounded

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] as uvicorn's own
        """Treat a new connection as an idle one: a gateway may open it ahead and use it much later."""
        super().connection_made(transport)
        self.flow = _Flow(transport, self)
        if (connected := transport.get_extra_info("socket")) is not None:
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNREAD)
        if len(self.connections) > self.bounds.connections:
            self._refuse(503, "connections", f"There are {self.bounds.connections} connections already", retry_after=1)
            transport.close()  # not to have even more of them
            return
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take what the client sends, and parse as much of it as can be dealt with now."""
        if self._ended():
            return
        if len(data) <= PIECE and not self._unparsed and not self._busy():
            self._feed(data)
            if self._offered is not None:
                self._let_it_follow()
            return
        self._unparsed = memoryview(bytes(self._unparsed) + data) if self._unparsed else memoryview(data)
        self._parse()

    def _parse(self) -> None:
        """Feed the parser until a request waits that was sent ahead, piece by piece: what is refused costs no more."""
        while self._unparsed and not self._busy() and not self._ended():
            size = BODY_PIECE if self._in_message and not self._in_head else PIECE
            piece, self._unparsed = self._unparsed[:size], self._unparsed[size:]
            self._feed(piece)
        if self._offered is not None:
            self._let_it_follow()
        if self._ended():
            self._unparsed = memoryview(b"")
        elif self._unparsed:
            self._held = True
            self.flow.pause_reading()
        elif self._held:
            self._held = False
            self.flow.resume_reading()

    def _busy(self) -> bool:
        """Whether what comes next has to wait, because answers go out in the order of their requests."""
        return bool(self.pipeline) or self._reading is not None

    def _feed(self, piece: bytes | memoryview) -> None:
        self._head_bytes += len(piece)
        self._complete = False
        parser: Any = self.parser
        try:
            parser.feed_data(piece)
        except httptools.HttpParserUpgrade:
            pass  # answered like any other request
        except httptools.HttpParserError:
            self._refuse(400, "head", "This is not an HTTP request")
            return
        # The clock is for what is not whole yet: a head, or the rest of a body whose request is answered already.
        if self._in_head or (self._between_requests() and not self._complete):
            self._start()
        if not self._in_message:
            self._head_bytes = 0
        elif self._head_bytes > self.bounds.head_bytes or len(self.headers) > self.bounds.headers:
            self._too_large()

    def on_message_begin(self) -> None:
        """Note that a head has begun, perhaps while the request before is still being answered."""
        self._in_head = self._in_message = True
        self.url, self.headers, self.expect_100_continue = b"", [], False
        self._noted = _NOTHING

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header, and note one that means something."""
        if not self._in_head:
            return  # a trailer, which may be discarded (RFC 9110, 6.5.1)
        name = name.lower()
        self.headers.append((name, value))
        if name in NOTED:
            if name == b"expect":
                self.expect_100_continue = value.lower() == b"100-continue" or self.expect_100_continue
            elif name == b"connection" and value.lower() == b"keep-alive":
                return  # as it is anyway
            self._noted = {**self._noted, name: value}

    def on_headers_complete(self) -> None:
        """Stop the clock; the body has a deadline of its own (`bodies`)."""
        self._in_head = False
        self._stop()
        if self._head_bytes > self.bounds.head_bytes:
            size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
            if size > self.bounds.head_bytes:
                self._too_large()
        elif len(self.headers) > self.bounds.headers:
            self._too_large()
        self._head_bytes = 0
        if self._ended():
            return
        parser: Any = self.parser
        if (
            self.shortcut is not None
            and self.url == self.shortcut.path
            and parser.get_method() == b"POST"
            and parser.get_http_version() == "1.1"
            and self._between_requests()
            and not self.pipeline
            and not self.flow.write_paused
            and not self.bounds.draining()
        ):
            self._offered = b""
        else:
            self._go_the_long_way()

    def _let_it_follow(self) -> None:
        """Wait a little for the rest of a body; a clock that runs already is early for it, which only costs the way."""
        if not self._noted.keys() <= _TAKEN or len(self._offered or b"") > self.bounds.body_bytes:
            self._go_the_long_way()
        elif self._following is None:
            self._following = self.loop.call_later(FOLLOWS_SECONDS, self._followed_too_late)

    def _followed_too_late(self) -> None:
        self._following = None
        if self._offered is not None and not self._ended():
            self._go_the_long_way()

    def _go_the_long_way(self) -> None:
        """Make what the application needs of a request, and start it or let it wait for those before it."""
        self._unset_keepalive_if_required()
        body, self._offered = self._offered, None
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.headers, self.expect_100_continue = url, headers, expects
        self.scope["headers"] = headers
        self.scope[CONNECTION] = self  # pyright: ignore[reportGeneralTypeIssues] a key of our own
        before: Any = self.cycle
        if self._reading is not None:
            self.cycle = _UNANSWERED
        try:
            super().on_headers_complete()
        finally:
            if self.cycle is _UNANSWERED:  # nothing was made of it, as of one whose URL is none
                self.cycle = before
        if self.bounds.draining():
            self.cycle.keep_alive = False
            self.cycle.default_headers = [*self.cycle.default_headers, (b"connection", b"close")]
        if body:
            self.on_body(body)

    def on_body(self, body: bytes) -> None:
        """Keep a part of the body; who waits for it is woken when it is whole or too large, and not by each byte."""
        self._head_bytes = 0
        if self._offered is not None:
            self._offered += body
            return
        if self._ended() or self.cycle.response_complete:
            return
        if len(self.cycle.body) + len(body) <= self.bounds.body_bytes:
            self.cycle.body += body
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Stop the clock that the rest of a body has started whose request is answered already."""
        self._in_message, self._complete = False, True
        if self._ended():
            return
        if self._offered is not None and self.shortcut is not None:
            self._reading = self.shortcut.take(self, self._noted, self._offered)
            if self._reading is not None:
                self._offered = None
                return
            self._go_the_long_way()
        if self._between_requests():
            self._stop()
            self._wait()
        super().on_message_complete()

    def reply(self, identity: bytes, content: bytes) -> None:
        """Answer what went the short way with a prediction; the head is made once for all."""
        kind, headers = type(self), self.server_state.default_headers
        if kind._head_of is not headers:  # uvicorn makes them anew each second, with the date
            lines = [STATUS_LINE[200], *_lines(headers), b"content-type: application/json\r\ncontent-length: "]
            kind._head, kind._head_of = b"".join(lines), headers
        self._replied(b"%b%d\r\n%b: %b\r\n\r\n%b" % (kind._head, len(content), REQUEST_ID, identity, content))

    def reply_with(self, status: int, headers: Sequence[tuple[bytes, bytes]], content: bytes) -> None:
        """Answer what went the short way with something else."""
        lines = _lines([*self.server_state.default_headers, *headers])
        self._replied(b"".join([STATUS_LINE[status], *lines, b"\r\n", content]))

    def _replied(self, answer: bytes) -> None:
        self._reading = None
        if not self.transport.is_closing():
            self.transport.write(answer)
            if self._last:
                self.transport.close()
        if self._unparsed or self._in_message or self.pipeline:
            self.on_response_complete()
        else:
            self.server_state.total_requests += 1
            self._wait()

    def shutdown(self) -> None:
        """Close when the current request is answered."""
        if self._offered is not None:
            self._go_the_long_way()
        if self._reading is not None:
            self._last = True
        else:
            super().shutdown()

    def on_response_complete(self) -> None:
        """Start the clock for a next request that has begun already, or go on with what was sent ahead."""
        super().on_response_complete()
        if self._unparsed:
            self._unset_keepalive_if_required()
            self.loop.call_soon(self._parse)
        elif self._in_head:
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
        self._offered = None
        if self._following is not None:
            self._following.cancel()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)
        self._unparsed = memoryview(b"")
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
        self.pipeline.clear()
        if self.answering is not None:
            self.answering.cancel()
        if self._reading is not None and self.shortcut is not None:
            self.shortcut.left(self._reading)
            self._reading = None
        # Each of these refers back to us, and would keep all of it until the garbage collector comes.
        self.flow = self.cycle = self.scope = self.answering = None  # pyright: ignore[reportAttributeAccessIssue] nobody asks an ended connection for them

    def _ended(self) -> bool:
        return self._refused or self.transport.is_closing()

    @property
    def waiting(self) -> bool:
        """Whether there is something that the client has sent ahead."""
        return bool(self.pipeline or self._unparsed)

    def _between_requests(self) -> bool:
        if self._reading is not None or self._offered is not None:
            return False
        cycle: Any = self.cycle  # None before the first request, though uvicorn declares otherwise
        return cycle is None or cycle.response_complete

    def _wait(self) -> None:
        """Close the connection when nothing comes for long; a clock that runs already is looked at when it is over."""
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection, unless something has come or is answered meanwhile."""
        self.timeout_keep_alive_task = None
        if self._in_message or not self._between_requests():
            return  # and there will be another clock when that is over
        rest = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if rest > 0:
            self.timeout_keep_alive_task = self.loop.call_later(rest, self.timeout_keep_alive_handler)
        else:
            self._cut()

    def _start(self) -> None:
        if self._clock is None:
            self._clock = self.loop.call_later(spread(self.bounds.head_seconds), self._cut)

    def _cut(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()

    def _stop(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _too_large(self) -> None:
        most = f"{self.bounds.head_bytes} bytes or {self.bounds.headers} headers"
        self._refuse(431, "head", f"The request's head has more than {most}")

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
        lines = _lines(headers)
        self._stop()
        self._unset_keepalive_if_required()
        self._offered = None  # nothing is made of it yet, so nobody else will answer
        if self._between_requests():  # otherwise it would land in the middle of an answer
            self.transport.write(b"".join([STATUS_LINE[status], *lines, b"\r\n", body]))
        # Not at once: a client that is still sending would lose the answer, and one that does so on purpose would be
        # back at once, again and again.
        self._unparsed = memoryview(b"")
        self._refused = True
        self.flow.pause_reading()
        self._clock = self.loop.call_later(REFUSED_SECONDS, self._cut)
