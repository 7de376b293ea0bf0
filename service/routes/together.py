"""What Kubernetes asks of a pod of several processes: alive if all of them are, and ready if all are."""

from collections.abc import Sequence

from fastapi import APIRouter, Response

from service.metrics import Phase
from service.routes.health import Health
from service.routes.probes import Alive, Readiness
from service.sums import LEAST_READY, Source, asked


def together_routes(sources: Sequence[Source]) -> APIRouter:
    """`GET /livez`, `GET /readyz` and `GET /health`; each asks all processes, in threads of its own."""
    router = APIRouter()

    @router.get("/livez")
    def livez(response: Response) -> Alive:
        for source, answer in zip(sources, asked(sources, "/livez"), strict=True):
            said = Alive(status="hung", reason="it does not answer")
            if answer is not None:
                said = Alive.model_validate_json(answer[1])
            if said.reason:
                response.status_code = 503
                return Alive(status="hung", reason=f"process {source.number}: {said.reason}")
        return Alive(status="alive", reason="")

    @router.get("/readyz")
    def readyz(response: Response) -> Readiness:
        said: list[Readiness] = []
        for source, answer in zip(sources, asked(sources, "/readyz"), strict=True):
            one = Readiness(status=Phase.LOADING, reason="it does not answer")
            if answer is not None:
                one = Readiness.model_validate_json(answer[1])
            said.append(Readiness(status=one.status, reason=one.reason and f"process {source.number}: {one.reason}"))
        least = min(said, key=lambda one: (not one.reason, LEAST_READY.index(one.status)))
        response.status_code = 503 if least.reason else 200
        return least

    @router.get("/health")
    def health() -> Health:
        answers = asked(sources, "/health")
        said = [Health.model_validate_json(answer[1]) for answer in answers if answer is not None]
        return Health(model_loaded=len(said) == len(sources) and all(one.model_loaded for one in said))

    return router
