"""`POST /predict`: one reading in, the model's answer out.

A plain Starlette route: the schema is known only once the model is loaded, so FastAPI's own decoding has
nothing to go by, and it would cost several times what the prediction does. `documentation` describes it.
"""

from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from service.lifecycle import Lifecycle
from service.metrics import Metrics
from service.tracing import is_synthetic

PATH: Final = "/predict"
VERSION: Final = "X-Model-Version"
"""Header of every prediction: in a canary two versions answer, and a client may want to know which."""


def predict_route(lifecycle: Lifecycle, metrics: Metrics) -> Route:
    """The route; errors of `service.errors` pass through it to the application's handler."""

    async def predict(request: Request) -> Response:
        served = lifecycle.served()
        reading = served.schema.reading(await request.body())
        value = await served.inference.predict(reading)
        if not is_synthetic(request.headers):
            metrics.read(reading)
        return Response(
            orjson.dumps(served.schema.answer(value)),
            media_type="application/json",
            headers={VERSION: served.manifest.version},
        )

    return Route(PATH, predict, methods=["POST"])
