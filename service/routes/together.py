"""What Kubernetes asks of a pod of several processes: alive if all of them are, and ready if all are.

Once they end, the pod itself says so: some of them may be gone already, and none of them is to be restarted for that.
"""

from collections.abc import Sequence

from fastapi import APIRouter, Response

from service.lifecycle import Lifecycle
from service.metrics import Phase
from service.routes.health import Health
from service.routes.probes import Alive, Readiness
from service.sums import LEAST_READY, Source, asked


def together_routes(sources: Sequence[Source], lifecycle: Lifecycle) -> APIRouter:
    """`GET /livez`, `GET /readyz` and `GET /health`; each asks all processes, in threads of its own.

    Args:
        sources: the processes.
        lifecycle: the pod's, which is told when they are to end.
    """
    router = APIRouter()

    @router.get("/livez")
    def livez(response: Response) -> Alive:
        said = Alive(status="alive", reason="") if lifecycle.draining else _alive(sources)
        response.status_code = 503 if said.reason else 200
        return said

    @router.get("/readyz")
    def readyz(response: Response) -> Readiness:
        ending = Readiness(status=lifecycle.phase, reason=lifecycle.reason)
        said = ending if lifecycle.draining else _ready(sources)
        response.status_code = 503 if said.reason else 200
        return said

    @router.get("/health")
    def health() -> Health:
        answers = asked(sources, "/health")
        said = [Health.model_validate_json(answer[1]) for answer in answers if answer is not None]
        return Health(model_loaded=len(said) == len(sources) and all(one.model_loaded for one in said))

    return router


def _alive(sources: Sequence[Source]) -> Alive:
    for source, answer in zip(sources, asked(sources, "/livez"), strict=True):
        said = Alive(status="hung", reason="it does not answer")
        if answer is not None:
            said = Alive.model_validate_json(answer[1])
        if said.reason:
            return Alive(status="hung", reason=f"process {source.number}: {said.reason}")
    return Alive(status="alive", reason="")


def _ready(sources: Sequence[Source]) -> Readiness:
    said: list[Readiness] = []
    for source, answer in zip(sources, asked(sources, "/readyz"), strict=True):
        one = Readiness(status=Phase.LOADING, reason="it does not answer")
        if answer is not None:
            one = Readiness.model_validate_json(answer[1])
        said.append(Readiness(status=one.status, reason=one.reason and f"process {source.number}: {one.reason}"))
    return min(said, key=lambda one: (not one.reason, LEAST_READY.index(one.status)))
