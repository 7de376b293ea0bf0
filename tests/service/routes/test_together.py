"""What Kubernetes hears of a pod of several processes."""

import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from service.lifecycle import Lifecycle
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


async def told(path: str, *answers: dict[str, Any] | None, draining: bool = False) -> tuple[int, dict[str, Any]]:
    app, lifecycle = FastAPI(), Lifecycle()
    if draining:
        lifecycle.drain()
    app.include_router(together_routes([Says(number, each) for number, each in enumerate(answers, 1)], lifecycle))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://pod") as client:
        answer = await client.get(path)
    return answer.status_code, answer.json()


ALIVE = {"status": "alive", "reason": ""}
HUNG = {"status": "hung", "reason": "the event loop has not run for 20 s"}
REFUSED = {"status": "refused", "reason": "no such signature"}


@pytest.mark.parametrize(
    ("path", "second", "status", "said"),
    [
        ("/livez", LOADED, 200, ALIVE),
        ("/livez", None, 503, {"status": "hung", "reason": "process 2: it does not answer"}),
        ("/livez", LOADED | {"/livez": HUNG}, 503, HUNG | {"reason": f"process 2: {HUNG['reason']}"}),
        ("/readyz", LOADED, 200, {"status": "ready", "reason": ""}),
        ("/readyz", None, 503, {"status": "loading", "reason": "process 2: it does not answer"}),
        ("/readyz", LOADED | {"/readyz": REFUSED}, 503, REFUSED | {"reason": f"process 2: {REFUSED['reason']}"}),
        ("/health", LOADED, 200, {"status": "healthy", "model_loaded": True}),
        ("/health", None, 200, {"status": "healthy", "model_loaded": False}),
        (
            "/health",
            LOADED | {"/health": {"status": "healthy", "model_loaded": False}},
            200,
            {"status": "healthy", "model_loaded": False},
        ),
    ],
)
async def test_it_is_what_all_of_its_processes_are(
    path: str, second: dict[str, Any] | None, status: int, said: dict[str, Any]
) -> None:
    assert await told(path, LOADED, second) == (status, said)


@pytest.mark.parametrize("second", [LOADED, None], ids=["all there", "one gone"])
@pytest.mark.parametrize(
    ("path", "status", "said"),
    [("/livez", 200, ALIVE), ("/readyz", 503, {"status": "draining", "reason": "shutting down"})],
)
async def test_while_they_end_it_says_so_whoever_is_gone(
    path: str, status: int, said: dict[str, Any], second: dict[str, Any] | None
) -> None:
    assert await told(path, LOADED, second, draining=True) == (status, said)
