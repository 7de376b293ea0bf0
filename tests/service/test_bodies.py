"""The limits of bodies, at the border where messages arrive."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from service.bodies import BodyLimits

pytestmark = pytest.mark.anyio

LIMIT = 100


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(body)(scope, receive, send)


class Client:
    """Sends the parts of a body, and goes silent (or away) after the last."""

    def __init__(self, *parts: bytes, declared: int | None = None, gone: bool = False, ends: bool = True) -> None:
        self.read = 0
        self.answer: list[Message] = []
        self._parts = list(parts)
        self._gone, self._ends = gone, ends
        headers = [] if declared is None else [(b"content-length", str(declared).encode())]
        self.scope: Scope = {"type": "http", "method": "POST", "path": "/", "headers": headers}

    async def receive(self) -> Message:
        if self._parts:
            part = self._parts.pop(0)
            self.read += len(part)
            return {"type": "http.request", "body": part, "more_body": bool(self._parts) or not self._ends}
        if not self._gone:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.answer.append(message)

    async def status(self, seconds: float = 30) -> int | None:
        await BodyLimits(echo, LIMIT, seconds)(self.scope, self.receive, self.send)
        return self.answer[0]["status"] if self.answer else None

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.answer)

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.answer[0]["headers"])


@pytest.mark.parametrize("parts", [[b""], [b"x" * LIMIT], [b"x"] * LIMIT])
async def test_a_body_within_the_limit_arrives_whole(parts: Iterable[bytes]) -> None:
    client = Client(*parts)
    assert await client.status() == 200
    assert client.body == b"".join(parts)


async def test_a_body_that_says_it_is_too_large_is_not_read() -> None:
    client = Client(b"x" * 10, declared=LIMIT + 1)
    assert await client.status() == 413
    assert client.read == 0


async def test_a_body_that_turns_out_too_large_is_read_no_further() -> None:
    client = Client(*[b"x" * 30] * 1000)
    assert await client.status() == 413
    assert client.read <= LIMIT + 30


async def test_a_body_that_lies_about_its_size_is_too_large_all_the_same() -> None:
    assert await Client(b"x" * (LIMIT + 1), declared=1).status() == 413


async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    client = Client(b"x", ends=False)
    assert await client.status(seconds=0.01) == 408


@pytest.mark.parametrize("client", [Client(b"x" * (LIMIT + 1)), Client(b"x", ends=False)])
async def test_the_rest_of_a_refused_body_is_not_taken_for_a_request(client: Client) -> None:
    assert await client.status(seconds=0.01) in (408, 413)
    assert client.headers[b"connection"] == b"close"
    assert json.loads(client.body)["detail"]


async def test_a_client_that_went_away_gets_no_answer() -> None:
    assert await Client(b"x", ends=False, gone=True).status() is None


async def test_other_protocols_pass() -> None:
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    client: Any = Client()
    await BodyLimits(app, LIMIT, 1)({"type": "lifespan"}, client.receive, client.send)
    assert seen == ["lifespan"]
