"""Alive and ready are two questions."""

import asyncio
import threading

import httpx
import pytest

from service import batching
from service.batching import INLINE_SECONDS
from service.heartbeat import Heartbeat
from service.lifecycle import Lifecycle
from service.model import ModelRefused
from tests.service import fakes
from tests.service.conftest import PROBES, Start

pytestmark = pytest.mark.anyio


def refuse(*_: object) -> fakes.FakeModel:
    raise ModelRefused("the graph has no such signature")


async def livez(client: httpx.AsyncClient) -> tuple[int, str]:
    answer = await client.get(f"{PROBES}/livez")
    return answer.status_code, answer.json()["status"]


async def readyz(client: httpx.AsyncClient) -> tuple[int, str, str]:
    answer = await client.get(f"{PROBES}/readyz")
    return answer.status_code, answer.json()["status"], answer.json()["reason"]


async def test_a_loaded_model_is_alive_and_ready(client: httpx.AsyncClient) -> None:
    assert await livez(client) == (200, "alive")
    assert await readyz(client) == (200, "ready", "")


async def test_without_its_store_it_is_alive_and_says_what_it_waits_for(start: Start, lifecycle: Lifecycle) -> None:
    client = await start(model_store="file:///nowhere/models", wait=False)
    while lifecycle.reason == "starting":
        await asyncio.sleep(0.01)
    assert await livez(client) == (200, "alive")
    status, phase, reason = await readyz(client)
    assert (status, phase) == (503, "loading")
    assert "/nowhere/models" in reason


async def test_a_refused_model_never_gets_ready_and_says_why(start: Start) -> None:
    client = await start(refuse)
    assert await livez(client) == (200, "alive")
    assert await readyz(client) == (503, "refused", "the graph has no such signature")


async def test_draining_is_alive_but_not_ready(client: httpx.AsyncClient, lifecycle: Lifecycle) -> None:
    lifecycle.drain()
    assert await livez(client) == (200, "alive")
    assert await readyz(client) == (503, "draining", "shutting down")


async def test_a_loop_that_hangs_is_not_alive(
    client: httpx.AsyncClient, heartbeat: Heartbeat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "hung", lambda: "the event loop has not run for 16 s")
    answer = await client.get(f"{PROBES}/livez")
    assert (answer.status_code, answer.json()) == (
        503,
        {"status": "hung", "reason": "the event loop has not run for 16 s"},
    )


async def test_a_call_that_hangs_is_not_ready_and_in_the_end_not_alive_until_it_ends(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "HUNG_AFTER", 4)
    gate = threading.Event()

    def answer(rows: fakes.Rows) -> fakes.Answers:
        assert rows[0, 0] != 50 or gate.wait(60)
        return rows[:, 0] / 100

    # Known to be slow, so it is asked in its thread.
    client = await start(fakes.loads(fakes.FakeModel(answer, seconds=2 * INLINE_SECONDS)), request_seconds=0.5)
    assert (await client.post("/predict", json=fakes.READING | {"temperature": 50})).status_code == 504
    while (await readyz(client))[0] == 200:
        await asyncio.sleep(0.001)
    status, phase, reason = await readyz(client)
    assert (status, phase) == (503, "stuck")
    assert "a prediction has been running for" in reason
    while (await livez(client))[0] == 200:
        await asyncio.sleep(0.01)
    gate.set()
    while (await readyz(client))[0] == 503:
        await asyncio.sleep(0.01)
    assert await livez(client) == (200, "alive")
