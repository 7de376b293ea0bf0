"""What happens around every request: its id, its log line, its place in the metrics, its last error.

While draining, every answer asks its connection to close, so that a gateway's pool leaves us in good time.
"""

import logging
import re
import time
import uuid
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.lifecycle import Lifecycle, Phase
from service.logs import request_id
from service.metrics import CLIENT_GONE, Metrics

REQUEST_ID: Final = "X-Request-ID"
SYNTHETIC: Final = "X-Slipway-Synthetic"
"""Header of requests that Slipway sends itself: they stay out of all statistics."""

_log = logging.getLogger(__name__)


class Tracing:
    """ASGI middleware, the outermost.

    Args:
        app: what answers.
        lifecycle: tells whether we are draining.
        metrics: where predictions are counted.
    """

    def __init__(self, app: ASGIApp, lifecycle: Lifecycle, metrics: Metrics) -> None:
        self._app: Final = app
        self._lifecycle: Final = lifecycle
        self._metrics: Final = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        current = _id(headers.get(REQUEST_ID))
        request_id.set(current)
        status = 0

        async def traced(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                answered = MutableHeaders(scope=message)
                answered[REQUEST_ID] = current
                if self._lifecycle.phase is Phase.DRAINING:
                    answered["Connection"] = "close"
            await send(message)

        prediction = scope["path"] == "/predict" and scope["method"] == "POST"
        watch = _Stopwatch(receive)
        if prediction:
            self._metrics.begun()
        try:
            await self._app(scope, watch.receive, traced)
        except Exception:
            _log.exception("unexpected error")
            if status == 0:
                await JSONResponse({"detail": "Internal error"}, 500)(scope, receive, traced)
        finally:
            seconds = watch.seconds()
            if prediction:
                self._metrics.ended(status or CLIENT_GONE, seconds, synthetic=is_synthetic(headers))
            # A probe that says "not ready" is no news; a prediction that failed is.
            failed = prediction and status >= 500  # noqa: PLR2004 HTTP's border
            _record(scope, status, seconds, logging.WARNING if failed else logging.DEBUG)


class _Stopwatch:
    """Runs from when the request is complete: how long a client takes to send it says nothing of us."""

    def __init__(self, receive: Receive) -> None:
        self._receive: Final = receive
        self._begun = time.perf_counter()

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request" and not message.get("more_body", False):
            self._begun = time.perf_counter()
        return message

    def seconds(self) -> float:
        return time.perf_counter() - self._begun


def is_synthetic(headers: Headers) -> bool:
    """Whether Slipway sent this request itself."""
    return headers.get(SYNTHETIC) == "1"


def _id(given: str | None) -> str:
    return given if given and re.fullmatch(r"[\w.:/+=-]{1,128}", given, re.ASCII) else uuid.uuid4().hex


def _record(scope: Scope, status: int, seconds: float, level: int) -> None:
    if _log.isEnabledFor(level):
        extra = {
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "seconds": round(seconds, 6),
        }
        _log.log(level, "request", extra=extra)
