"""A body is read whole, within a limit of bytes and of time.

uvicorn has neither limit: a client that sends one byte a minute would hold its connection for ever, and one that
sends gigabytes the memory.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from starlette.types import Receive

from service.connections import spread
from service.errors import BodyTimeout, BodyTooLarge

LINGER_BYTES: Final = 64 * 1024 * 1024
"""So much of a refused body is read and forgotten: many clients read no answer before they have sent all."""


class ClientGone(Exception):
    """The client went away before its request was complete."""


_DIGITS: Final = 20


@dataclass(frozen=True)
class BodyLimits:
    """What a body may take.

    Attributes:
        size: bytes.
        seconds: from the end of the head to the end of the body.
    """

    size: int
    seconds: float

    async def read(self, receive: Receive, declared: bytes | None, *, arrived: bool = False) -> bytes:
        """The whole body.

        Args:
            receive: of the request.
            declared: its Content-Length; digits, as the server has seen to.
            arrived: that all of it is known to be there, as nearly always: then no clock is needed.

        Raises:
            BodyTooLarge: it has too many bytes, or says so.
            BodyTimeout: it took too long.
            ClientGone: there is nobody to answer.
        """
        if declared is not None:
            self._check_declared(declared)
        if arrived:
            body, _ = await self._part(receive)
            self._check(len(body))
            return body
        parts, more = bytearray(), True
        try:
            async with asyncio.timeout(spread(self.seconds)):
                while more:
                    body, more = await self._part(receive)
                    parts += body
                    self._check(len(parts))
        except TimeoutError:
            raise BodyTimeout(f"the body did not arrive within {self.seconds:g} s") from None
        return bytes(parts)

    async def forget(self, receive: Receive) -> None:
        """Read what is left of a body that was refused, so that its client comes to read the answer."""
        size, more = 0, True
        try:
            async with asyncio.timeout(spread(self.seconds)):
                while more and size <= LINGER_BYTES:
                    body, more = await self._part(receive)
                    size += len(body)
        except (TimeoutError, ClientGone):
            return

    async def _part(self, receive: Receive) -> tuple[bytes, bool]:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        return message.get("body", b""), message.get("more_body", False)

    def _check_declared(self, declared: bytes) -> None:
        # Python reads no integer of thousands of digits, and nobody one of more than these.
        if len(declared) > _DIGITS or int(declared) > self.size:
            shown = f"{declared[:_DIGITS].decode()}{'…' if len(declared) > _DIGITS else ''}"
            raise BodyTooLarge(f"the body has {shown} bytes, at most {self.size} are taken")

    def _check(self, size: int) -> None:
        if size > self.size:
            raise BodyTooLarge(f"the body has more than {self.size} bytes")
