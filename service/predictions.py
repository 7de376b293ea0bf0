"""From a request's head to its answer: the path of every prediction, and the frame of every other request.

In order: is it wanted (before its body is read), what does it ask, what does the model say. A plain ASGI
application around FastAPI, which has the routes that are not asked a thousand times a second: what it does for a
request takes longer than a small model does. `documentation` describes the predictions.
"""

import asyncio
import hmac
import logging
import math
import time
from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service import endings
from service.bodies import BodyLimits, ClientGone
from service.connections import CONNECTION
from service.errors import InvalidInput, Outcome, ServingError, response_to
from service.identity import REQUEST_ID, request_id
from service.lifecycle import Lifecycle
from service.logs import current_request, current_trace
from service.metrics import Metrics
from service.protocols.article import PREDICT, PREDICT_BATCH
from service.traces import Trace, Traces

PATHS: Final = frozenset({PREDICT, PREDICT_BATCH})

TIMEOUT: Final = b"x-request-timeout"
"""Header: seconds that the client waits for its answer, if less than the service's own limit."""

SHORTEST: Final = 0.001
"""Seconds; no network answers sooner, so less is no wish but a mistake."""

SYNTHETIC: Final = b"x-slipway-synthetic"
"""Header of Slipway's own requests, with the token that proves it: they stay out of the statistics of predictions."""

_CONTENT_LENGTH: Final = b"content-length"
_READ: Final = frozenset({REQUEST_ID, TIMEOUT, SYNTHETIC, _CONTENT_LENGTH})

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """The ASGI application.

    Attributes:
        others: answers all other paths.
        lifecycle: has the model.
        metrics: where predictions are counted.
        bodies: limits of a request's body.
        seconds: the longest that a prediction may take.
        token: proves a request to be synthetic; None when none can.
        traces: of predictions; None when nothing is traced.
    """

    others: ASGIApp
    lifecycle: Lifecycle
    metrics: Metrics
    bodies: BodyLimits
    seconds: float
    token: bytes | None
    traces: Traces | None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.others(scope, receive, send)
            return
        head: dict[bytes, bytes] = {name: value for name, value in scope["headers"] if name in _READ}
        identity = request_id(head.get(REQUEST_ID))
        current_request.set(identity)
        if self.traces is not None:
            current_trace.set(None)  # what was sent ahead is answered in the context of the request before it
        if scope["path"] not in PATHS:
            await self._other(identity, scope, receive, send)
        elif scope["method"] == "POST":
            await self._predict(identity, head, scope, receive, send)
        else:
            refused = JSONResponse({"detail": "Method Not Allowed"}, 405, {"Allow": "POST"})
            await refused(scope, receive, _with_identity(identity, send))

    async def _other(self, identity: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        begun = time.perf_counter()
        status = 0

        async def traced(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await _with_identity(identity, send)(message)

        try:
            await self.others(scope, receive, traced)
        except Exception:
            _log.exception("unexpected error")  # and answered
        finally:
            endings.ended(scope["method"], scope["path"], status, time.perf_counter() - begun)

    async def _predict(
        self, identity: bytes, head: dict[bytes, bytes], scope: Scope, receive: Receive, send: Send
    ) -> None:
        connection: Any = scope.get(CONNECTION)
        if connection is not None:
            connection.answering = asyncio.current_task()
        self.metrics.begun()
        begun = time.perf_counter()
        outcome, status = Outcome.CANCELLED, 0
        synthetic = self._is_synthetic(head)
        trace = None if self.traces is None else self.traces.begin(scope["path"], scope["headers"], identity)
        try:
            try:
                served = self.lifecycle.served()
                seconds = self._seconds(head)
                # Before the body is read: in an overload most requests get no further.
                served.batcher.admit(1, seconds)
                body = await self.bodies.read(receive, head.get(_CONTENT_LENGTH), arrived=_arrived(connection))
                begun = time.perf_counter()  # how long a client takes to send it says nothing of us
                codec = served.codecs[scope["path"]]
                tensors = codec.decode(body)
                answers = await served.batcher.predict(tensors, seconds, None if trace is None else trace.trails)
                content = codec.encode(answers)
                status = 200
                await send(_start(200, identity, content))
                await send({"type": "http.response.body", "body": content})
                outcome = Outcome.SUCCESS
                if not synthetic:
                    self.metrics.answered(tensors, answers)
            except ServingError as error:
                status = error.status
                await self._refuse(error, identity, scope, receive, send)
                outcome = error.outcome
            except Exception:
                _log.exception("unexpected error")
                outcome = Outcome.ERROR
                if status == 0:
                    status = 500
                    await self._refuse(ServingError("Internal error"), identity, scope, receive, send)
        except ClientGone:
            return  # there is nobody to answer
        except asyncio.CancelledError:
            if connection is None or not connection.transport.is_closing():
                raise  # not because of the client
        finally:
            if connection is not None:
                connection.answering = None
            spent = time.perf_counter() - begun
            self.metrics.ended(outcome, spent, synthetic=synthetic)
            endings.ended(scope["method"], scope["path"], status, spent, outcome)
            _end(trace, outcome, status, synthetic=synthetic)

    async def _refuse(self, error: ServingError, identity: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        endings.refused(error, self.metrics)
        if not error.closes:
            await response_to(error)(scope, receive, _with_identity(identity, send))
            return

        async def lingering(message: Message) -> None:
            if message["type"] != "http.response.body":
                await send(message)
                return
            await send({**message, "more_body": True})
            await self.bodies.forget(receive)
            await send({"type": "http.response.body", "body": b""})

        await response_to(error)(scope, receive, _with_identity(identity, lingering))

    def _is_synthetic(self, head: dict[bytes, bytes]) -> bool:
        given = head.get(SYNTHETIC)
        return given is not None and self.token is not None and hmac.compare_digest(given, self.token)

    def _seconds(self, head: dict[bytes, bytes]) -> float:
        """How long this request may take.

        Raises:
            InvalidInput: its header is not a number of seconds.
        """
        given = head.get(TIMEOUT)
        if given is None:
            return self.seconds
        try:
            seconds = float(given)
        except ValueError:
            seconds = math.nan
        if not SHORTEST <= seconds < math.inf:
            message = f"Header should be a number of seconds, at least {SHORTEST:g}, like 0.25"
            raise InvalidInput([{"type": "header", "loc": ["header", TIMEOUT.decode()], "msg": message}])
        return min(seconds, self.seconds)


def _arrived(connection: Any) -> bool:
    """Whether the request's body is known to be there."""
    return connection is not None and not connection.cycle.more_body


def _start(status: int, identity: bytes, content: bytes) -> Message:
    return {
        "type": "http.response.start",
        "status": status,
        "headers": [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(content)).encode()),
            (REQUEST_ID, identity),
        ],
    }


def _with_identity(identity: bytes, send: Send) -> Send:
    async def identified(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), (REQUEST_ID, identity)]}
        await send(message)

    return identified


def _end(trace: Trace | None, outcome: Outcome, status: int, *, synthetic: bool) -> None:
    if trace is not None:
        trace.end(outcome, status, synthetic=synthetic)
