"""The limits of bodies, at the border where messages arrive."""

import asyncio

import pytest
from starlette.types import Message

from service import bodies
from service.bodies import BodyLimits, ClientGone
from service.errors import BodyTimeout, BodyTooLarge

pytestmark = pytest.mark.anyio

LIMIT = 100


class Client:
    """Sends the parts of a body, and goes silent (or away) after the last."""

    def __init__(self, *parts: bytes, gone: bool = False, ends: bool = True) -> None:
        self.sent = 0
        self._parts = list(parts)
        self._gone, self._ends = gone, ends

    async def receive(self) -> Message:
        if self._parts:
            part = self._parts.pop(0)
            self.sent += len(part)
            return {"type": "http.request", "body": part, "more_body": bool(self._parts) or not self._ends}
        if not self._gone:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def read(self, declared: bytes | None = None, seconds: float = 30) -> bytes:
        return await BodyLimits(LIMIT, seconds).read(self.receive, declared)


@pytest.mark.parametrize("parts", [[b""], [b"x" * LIMIT], [b"x"] * LIMIT])
async def test_a_body_within_the_limit_arrives_whole(parts: list[bytes]) -> None:
    assert await Client(*parts).read() == b"".join(parts)


async def test_a_body_that_is_there_needs_no_clock() -> None:
    limits = BodyLimits(LIMIT, 0.0)
    assert await limits.read(Client(b"whole").receive, None, arrived=True) == b"whole"
    with pytest.raises(BodyTooLarge):
        await limits.read(Client(b"x" * (LIMIT + 1)).receive, None, arrived=True)


@pytest.mark.parametrize("declared", [b"101", b"0000000000000000000000101", b"9" * 5000])
async def test_a_body_that_says_it_is_too_large_is_not_read(declared: bytes) -> None:
    client = Client(b"x" * 10)
    with pytest.raises(BodyTooLarge, match="at most 100"):
        await client.read(declared)
    assert client.sent == 0


async def test_a_body_that_turns_out_too_large_is_read_no_further() -> None:
    client = Client(*[b"x" * 30] * 1000)
    with pytest.raises(BodyTooLarge, match="more than 100"):
        await client.read()
    assert client.sent <= LIMIT + 30


async def test_a_body_that_lies_about_its_size_is_too_large_all_the_same() -> None:
    with pytest.raises(BodyTooLarge):
        await Client(b"x" * (LIMIT + 1)).read(b"1")


async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    with pytest.raises(BodyTimeout, match=r"within 0\.01 s"):
        await Client(b"x", ends=False).read(seconds=0.01)


async def test_who_went_away_is_not_answered() -> None:
    with pytest.raises(ClientGone):
        await Client(b"x", ends=False, gone=True).read()


async def test_the_rest_of_a_refused_body_is_read_and_forgotten() -> None:
    client = Client(*[b"x" * 1000] * 50)
    await BodyLimits(LIMIT, 30).forget(client.receive)
    assert client.sent == 50_000


async def test_a_rest_without_an_end_is_not_read_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LINGER_BYTES", 5000)
    client = Client(*[b"x" * 1000] * 50)
    await BodyLimits(LIMIT, 30).forget(client.receive)
    assert client.sent == 6000
    await BodyLimits(LIMIT, 0.01).forget(Client(b"x", ends=False).receive)
    await BodyLimits(LIMIT, 30).forget(Client(gone=True).receive)
