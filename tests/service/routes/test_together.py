"""What Kubernetes hears of a pod of several processes."""

import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from service.routes.together import together_routes
from service.sums import Source

pytestmark = pytest.mark.anyio

READY = {"/livez": {"status": "alive", "reason": ""}, "/readyz": {"status": "ready", "reason": ""}}
LOADED = READY | {"/health": {"status": "healthy", "model_loaded": True}}


class Says(Source):
    """A process that answers so; None is none."""

    def __init__(self, number: int, answers: dict[str, Any] | None) -> None:
        super().__init__(number, 0)
        self._answers = answers

    def ask(self, path: str) -> tuple[int, bytes] | None:
        return None if self._answers is None else (200, json.dumps(self._answers[path]).encode())


async def told(path: str, *answers: dict[str, Any] | None) -> tuple[int, dict[str, Any]]:
    app = FastAPI()
    app.include_router(together_routes([Says(number, each) for number, each in enumerate(answers, 1)]))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://pod") as client:
        answer = await client.get(path)
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    ("second", "status", "said"),
    [
        (LOADED, 200, {"status": "alive", "reason": ""}),
        (None, 503, {"status": "hung", "reason": "process 2: it does not answer"}),
        (
            LOADED | {"/livez": {"status": "hung", "reason": "the event loop has not run for 20 s"}},
            503,
            {"status": "hung", "reason": "process 2: the event loop has not run for 20 s"},
        ),
    ],
    ids=["alive", "silent", "hung"],
)
async def test_it_is_alive_if_all_are(second: dict[str, Any] | None, status: int, said: dict[str, str]) -> None:
    assert await told("/livez", LOADED, second) == (status, said)


@pytest.mark.parametrize(
    ("second", "status", "said"),
    [
        (LOADED, 200, {"status": "ready", "reason": ""}),
        (None, 503, {"status": "loading", "reason": "process 2: it does not answer"}),
        (
            LOADED | {"/readyz": {"status": "refused", "reason": "no such signature"}},
            503,
            {"status": "refused", "reason": "process 2: no such signature"},
        ),
    ],
    ids=["ready", "silent", "refused"],
)
async def test_it_is_ready_if_all_are(second: dict[str, Any] | None, status: int, said: dict[str, str]) -> None:
    assert await told("/readyz", LOADED, second) == (status, said)


@pytest.mark.parametrize(
    ("second", "loaded"),
    [(LOADED, True), (None, False), (LOADED | {"/health": {"status": "healthy", "model_loaded": False}}, False)],
    ids=["loaded", "silent", "loading"],
)
async def test_its_model_is_loaded_if_all_have_it(second: dict[str, Any] | None, *, loaded: bool) -> None:
    assert await told("/health", LOADED, second) == (200, {"status": "healthy", "model_loaded": loaded})
