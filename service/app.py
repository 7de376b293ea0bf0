"""The application, put together; nothing is decided here."""

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import cast

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from service.bodies import BodyLimits
from service.documentation import DescribedApi
from service.errors import ServingError, response_to
from service.lifecycle import Lifecycle
from service.loading import Loading
from service.metrics import Metrics
from service.model import LoadModel
from service.routes.health import health_routes
from service.routes.metrics import metrics_route
from service.routes.predict import predict_route
from service.settings import Settings
from service.tracing import Tracing


def create_app(settings: Settings, lifecycle: Lifecycle, load: LoadModel, metrics: Metrics) -> FastAPI:
    """The service as an ASGI application, which loads its model in the background once it runs.

    Args:
        settings: what to serve and under which limits.
        lifecycle: new; the server tells it of its end.
        load: turns verified files into a model.
        metrics: where everything is counted.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        # One thread: see `inference`.
        executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="model")
        loading = Loading(settings=settings, load=load, executor=executor, lifecycle=lifecycle, metrics=metrics)
        task = asyncio.create_task(loading.run())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        # A download or TensorFlow's import may still be on: it must not hold up the end.
        executor.shutdown(wait=False, cancel_futures=True)

    app = DescribedApi(
        lifecycle,
        title=settings.model_name,
        version=settings.model_version,
        lifespan=lifespan,
        middleware=[
            Middleware(Tracing, lifecycle=lifecycle, metrics=metrics),
            Middleware(BodyLimits, limit=settings.body_limit, seconds=settings.body_seconds),
        ],
    )
    app.add_exception_handler(ServingError, _answer_error)
    app.router.routes.append(predict_route(lifecycle, metrics))
    app.include_router(health_routes(settings, lifecycle))
    app.include_router(metrics_route(metrics))
    return app


async def _answer_error(_: Request, error: Exception) -> Response:
    return response_to(cast("ServingError", error))
