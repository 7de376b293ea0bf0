"""What Kubernetes asks: does the process work, and are predictions wanted here?

Alive depends on nothing but the process itself: no store and no model that is absent makes Kubernetes restart a pod,
since a restart would not help. A loop or a call that hangs does.
"""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from service.heartbeat import Heartbeat
from service.lifecycle import Lifecycle
from service.metrics import Phase


class Alive(BaseModel):
    """Whether the process does its work, and why not."""

    status: Literal["alive", "hung"]
    reason: str


class Readiness(BaseModel):
    """Whether predictions are wanted here, and why not."""

    status: Phase
    reason: str


def probe_routes(lifecycle: Lifecycle, heartbeat: Heartbeat) -> APIRouter:
    """`GET /livez` and `GET /readyz`."""
    router = APIRouter()

    @router.get("/livez", summary="200 as long as a restart would not help, otherwise 503 with the reason")
    async def livez(response: Response) -> Alive:
        reason = heartbeat.hung() or lifecycle.hung()
        response.status_code = 503 if reason else 200
        return Alive(status="hung" if reason else "alive", reason=reason)

    @router.get("/readyz", summary="200 when predictions are wanted here, otherwise 503 with the reason")
    async def readyz(response: Response) -> Readiness:
        reason = lifecycle.unready()
        response.status_code = 503 if reason else 200
        return Readiness(status=lifecycle.phase, reason=reason)

    return router
