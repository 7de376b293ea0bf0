"""`GET /metrics`, in the format that Prometheus asks for."""

from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import CollectorRegistry


def metrics_route(registry: CollectorRegistry) -> APIRouter:
    """The route, answered in a thread: a registry may have to ask others."""
    router = APIRouter()

    @router.get("/metrics")
    def scrape(request: Request) -> Response:
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), headers={"Content-Type": content_type})

    return router
