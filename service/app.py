"""The application, put together; nothing is decided here."""

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import cast

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from service.bodies import BodyLimits
from service.documentation import DescribedApi
from service.errors import ServingError, response_to
from service.heartbeat import Heartbeat
from service.lifecycle import Lifecycle
from service.loading import Loading
from service.metrics import Metrics
from service.model import LoadModel
from service.predictions import Predictions
from service.routes.health import health_route, version_route
from service.settings import Settings
from service.traces import Traces


def create_app(
    settings: Settings,
    lifecycle: Lifecycle,
    heartbeat: Heartbeat,
    load: LoadModel,
    metrics: Metrics,
    traces: Traces | None = None,
) -> Predictions:
    """The service as an ASGI application, which loads its model in the background once it runs.

    Args:
        settings: what to serve and under which limits.
        lifecycle: new; the server tells it of its end.
        heartbeat: new; beats while the application runs.
        load: turns verified files into a model.
        metrics: where everything is counted.
        traces: of predictions; None when nothing is traced.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        # One thread: a model is never called twice at a time, and TensorFlow has threads of its own.
        executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="model")
        loading = Loading(settings=settings, load=load, executor=executor, lifecycle=lifecycle, metrics=metrics)
        tasks = [asyncio.create_task(loading.run()), asyncio.create_task(heartbeat.beat())]
        yield
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        # A download or TensorFlow's import may still be on: it must not hold up the end.
        executor.shutdown(wait=False, cancel_futures=True)

    others = DescribedApi(lifecycle, title=settings.model_name, version=settings.model_version, lifespan=lifespan)
    others.add_exception_handler(ServingError, _answer_error)
    others.add_exception_handler(Exception, _answer_unexpected)
    others.include_router(health_route(lifecycle))
    others.include_router(version_route(settings, lifecycle))
    token = settings.synthetic_token
    return Predictions(
        others=others,
        lifecycle=lifecycle,
        metrics=metrics,
        bodies=BodyLimits(size=settings.body_limit, seconds=settings.body_seconds),
        seconds=settings.request_seconds,
        token=token.get_secret_value().encode() if token else None,
        traces=traces,
    )


async def _answer_error(_: Request, error: Exception) -> Response:
    return response_to(cast("ServingError", error))


async def _answer_unexpected(_: Request, __: Exception) -> Response:
    return response_to(ServingError("Internal error"))
