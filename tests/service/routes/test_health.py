"""Alive, ready and loaded are three questions."""

import asyncio
import threading

import pytest

from modelstore.manifest import Manifest, digest
from service.lifecycle import Lifecycle
from service.model import ModelRefused
from tests.service import fakes
from tests.service.conftest import Start

pytestmark = pytest.mark.anyio


def refuse(*_: object) -> fakes.FakeModel:
    raise ModelRefused("the graph has no such signature")


async def test_a_loaded_model_is_alive_ready_and_loaded(start: Start) -> None:
    client = await start()
    answers = {path: await client.get(path) for path in ("/health", "/livez", "/readyz")}
    assert [answer.status_code for answer in answers.values()] == [200, 200, 200]
    assert answers["/health"].json() == {"status": "healthy", "model_loaded": True}
    assert answers["/readyz"].json() == {"status": "ready", "reason": ""}


async def test_without_its_store_it_is_alive_and_says_what_it_waits_for(start: Start, lifecycle: Lifecycle) -> None:
    client = await start(model_store="file:///nowhere/models", wait=False)
    while lifecycle.reason == "starting":
        await asyncio.sleep(0.01)
    assert (await client.get("/livez")).status_code == 200
    assert (await client.get("/health")).json() == {"status": "healthy", "model_loaded": False}
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "loading"
    assert "/nowhere/models" in answer.json()["reason"]


async def test_a_refused_model_never_gets_ready_and_says_why(start: Start) -> None:
    client = await start(refuse)
    assert (await client.get("/livez")).status_code == 200
    assert (await client.get("/health")).json()["model_loaded"] is False
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "refused")
    assert "no such signature" in answer.json()["reason"]


async def test_draining_is_alive_but_not_ready(start: Start, lifecycle: Lifecycle) -> None:
    client = await start()
    lifecycle.drain()
    assert (await client.get("/livez")).status_code == 200
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "draining")


async def test_a_model_that_hangs_is_alive_but_not_ready_until_it_answers_again(start: Start) -> None:
    gate = threading.Event()

    def hangs_unless_golden(rows: fakes.Rows) -> fakes.Answers:
        assert rows[0, 0] == fakes.READING["temperature"] or gate.wait(60)
        return fakes.FakeModel().predict(rows)

    client = await start(fakes.loads(fakes.FakeModel(hangs_unless_golden)), request_seconds=0.01)
    assert (await client.get("/readyz")).status_code == 200
    assert (await client.post("/predict", json=fakes.READING | {"temperature": 50})).status_code == 504
    while (answer := await client.get("/readyz")).status_code == 200:
        await asyncio.sleep(0.01)
    assert (answer.status_code, answer.json()["status"]) == (503, "stuck")
    assert "a prediction has been running for" in answer.json()["reason"]
    assert (await client.get("/livez")).status_code == 200
    gate.set()
    while (await client.get("/readyz")).status_code == 503:
        await asyncio.sleep(0.01)


async def test_the_version_is_the_loaded_models(start: Start) -> None:
    client = await start()
    published: Manifest = fakes.manifest()
    assert (await client.get("/version")).json() == {
        "model_name": published.name,
        "model_version": published.version,
        "manifest": digest(published.to_bytes()),
        "release": "7",
    }


async def test_a_model_that_is_not_loaded_has_no_version(start: Start) -> None:
    client = await start(refuse)
    answer = await client.get("/version")
    assert (answer.status_code, answer.json()) == (503, {"detail": "Model not loaded"})
