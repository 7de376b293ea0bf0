"""Is the service there, and what does it serve? For people, gateways and a release's verification."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from service.lifecycle import Lifecycle
from service.settings import Settings


class Health(BaseModel):
    """The article's health answer."""

    status: Literal["healthy"] = "healthy"
    model_loaded: bool


class Version(BaseModel):
    """What is served, for comparing with what the stack says."""

    model_name: str
    model_version: str
    manifest: str
    release: str


def health_route(lifecycle: Lifecycle) -> APIRouter:
    """`GET /health`."""
    router = APIRouter()

    @router.get("/health", summary="Always answers, and tells whether the model is loaded")
    async def health() -> Health:
        return Health(model_loaded=lifecycle.model is not None)

    return router


def version_route(settings: Settings, lifecycle: Lifecycle) -> APIRouter:
    """`GET /version`."""
    router = APIRouter()

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
