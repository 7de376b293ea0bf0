"""`GET /metrics`, in the format that Prometheus asks for."""

from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import choose_encoder

from service.metrics import Metrics


def metrics_route(metrics: Metrics) -> APIRouter:
    """The route."""
    router = APIRouter()

    @router.get("/metrics")
    async def scrape(request: Request) -> Response:
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(metrics.registry), headers={"Content-Type": content_type})

    return router
