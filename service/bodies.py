"""Bodies are read whole before the application sees the request, within a limit of bytes and of time.

uvicorn has neither limit: a client that sends one byte a minute would hold its connection for ever, and one
that sends gigabytes the memory.
"""

import asyncio
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import BodyTimeout, BodyTooLarge, ServingError, response_to


class BodyLimits:
    """ASGI middleware.

    Args:
        app: what answers; it finds the whole body in its first message.
        limit: bytes that a body may have.
        seconds: how long a body may take to arrive.
    """

    def __init__(self, app: ASGIApp, limit: int, seconds: float) -> None:
        self._app: Final = app
        self._limit: Final = limit
        self._seconds: Final = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await self._read(scope, receive)
        except ServingError as error:
            await response_to(error)(scope, receive, send)
            return
        if body is None:
            return  # the client is gone, so nobody waits for an answer
        first: Message | None = {"type": "http.request", "body": body, "more_body": False}

        async def replay() -> Message:
            nonlocal first
            message, first = first, None
            return message if message is not None else await receive()

        await self._app(scope, replay, send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        declared = Headers(scope=scope).get("content-length", "0")
        if int(declared) > self._limit:  # the server has refused anything but digits
            raise BodyTooLarge(f"the body has {declared} bytes, at most {self._limit} are taken")
        body = bytearray()
        try:
            async with asyncio.timeout(self._seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    body += message.get("body", b"")
                    if len(body) > self._limit:
                        raise BodyTooLarge(f"the body has more than {self._limit} bytes")
                    if not message.get("more_body", False):
                        return bytes(body)
        except TimeoutError:
            raise BodyTimeout(f"the body did not arrive within {self._seconds:g} s") from None
