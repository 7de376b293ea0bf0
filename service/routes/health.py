"""Is it alive, is it ready, what is it? Three questions with three answers.

Alive depends on nothing but the event loop: no store and no model makes Kubernetes restart a pod.
"""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from service.lifecycle import Lifecycle, Phase
from service.settings import Settings


class Health(BaseModel):
    """The article's health answer."""

    status: Literal["healthy"] = "healthy"
    model_loaded: bool


class Alive(BaseModel):
    """The event loop answers."""

    status: Literal["alive"] = "alive"


class Readiness(BaseModel):
    """Whether predictions are wanted here, and why not."""

    status: Phase | Literal["stuck"]
    reason: str


class Version(BaseModel):
    """What is served, for comparing with what the stack says."""

    model_name: str
    model_version: str
    manifest: str
    release: str


def health_routes(settings: Settings, lifecycle: Lifecycle) -> APIRouter:
    """The routes that probes, gateways and the release's verification ask."""
    router = APIRouter()

    @router.get("/health", summary="Always answers, and tells whether the model is loaded")
    async def health() -> Health:
        return Health(model_loaded=lifecycle.model is not None)

    @router.get("/livez", summary="Answers as long as the process does its work")
    async def livez() -> Alive:
        return Alive()

    @router.get(
        "/readyz",
        summary="200 when predictions are wanted here, otherwise 503 with the reason",
        responses={503: {"model": Readiness}},
    )
    async def readyz(response: Response) -> Readiness:
        reason = lifecycle.unready()
        response.status_code = 503 if reason else 200
        status = "stuck" if reason and lifecycle.phase is Phase.READY else lifecycle.phase
        return Readiness(status=status, reason=reason)

    @router.get("/version", summary="The model version that answers, and the release that brought it")
    async def version() -> Version:
        served = lifecycle.served()
        return Version(
            model_name=served.manifest.name,
            model_version=served.manifest.version,
            manifest=settings.model_manifest,  # loading has checked that it is this manifest's digest
            release=settings.release,
        )

    return router
