"""What the service's tests share: a running application without TensorFlow or network."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol, cast

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from service.app import create_app
from service.connections import Bounds, Connection
from service.heartbeat import Heartbeat
from service.lifecycle import Lifecycle
from service.metrics import Phase
from service.model import LoadModel
from service.monitoring import create_monitoring
from service.predictions import Predictions
from service.server import short_way, traced
from service.settings import Settings
from tests.service import fakes

APPLICATION, CONNECTIONS = "application", "connections"

PROBES = "http://probes"
"""Where the test client finds what the service tells on its second port."""

Start = Callable[..., Awaitable[httpx.AsyncClient]]
Tensors = dict[str, Any]


class Save(Protocol):
    """Saves a model whose signature takes tensors of these shapes and types."""

    def __call__(
        self, specs: dict[str, tuple[list[int | None], str]], answer: Callable[[Tensors], Any] = ...
    ) -> Path: ...


def first_feature(tensors: Tensors) -> Any:
    """The first column, however the features come."""
    tensor = tensors["temperature" if "temperature" in tensors else "x"]
    return tensor[:, 0] if tensor.shape.rank == 2 else tensor


def lifespan(app: Predictions) -> AbstractAsyncContextManager[Any]:
    """What a server does at the application's start and end."""
    others = cast("FastAPI", app.others)
    return others.router.lifespan_context(others)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def lifecycle() -> Lifecycle:
    return Lifecycle()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return fakes.settings(tmp_path)


@pytest.fixture
def heartbeat() -> Heartbeat:
    return Heartbeat()


@asynccontextmanager
async def served(app: Predictions, protocol: type[Connection]) -> AsyncGenerator[str]:
    """Where the application can be asked on loopback while this context lasts."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, http=protocol, ws="none", lifespan="off", log_config=None)
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:  # the server's own way would sleep a tenth of a second
        for listening in server.servers:
            listening.close()
        for connection in list(server.server_state.connections):
            connection.shutdown()


@pytest.fixture
def way() -> str:
    """How requests come: to the application, or to a server's connections, where there is a short way."""
    return APPLICATION


@pytest.fixture
async def start(lifecycle: Lifecycle, heartbeat: Heartbeat, tmp_path: Path, way: str) -> AsyncIterator[Start]:
    """Starts the application; unless told otherwise, waits until its model is served or refused."""
    async with AsyncExitStack() as stack:

        async def run(load: LoadModel = fakes.load_fake, *, wait: bool = True, **changes: Any) -> httpx.AsyncClient:
            settings = fakes.settings(tmp_path, **changes)
            metrics = fakes.metrics(lifecycle)
            traces = stack.enter_context(traced(settings, metrics))
            app = create_app(settings, lifecycle, heartbeat, load, metrics, traces)
            await stack.enter_async_context(lifespan(app))
            while wait and lifecycle.phase is Phase.LOADING:
                await asyncio.sleep(0.01)
            shortcut = short_way(settings, lifecycle, metrics, traces)
            protocol = Connection.within(Bounds(body_bytes=settings.body_limit), shortcut)
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(app, raise_app_exceptions=False) if way == APPLICATION else None,
                mounts={f"{PROBES}/": httpx.ASGITransport(create_monitoring(lifecycle, heartbeat, metrics))},
                base_url="http://pod" if way == APPLICATION else await stack.enter_async_context(served(app, protocol)),
            )
            return await stack.enter_async_context(client)

        yield run


@pytest.fixture
async def client(start: Start) -> httpx.AsyncClient:
    """An application that serves the fake model."""
    return await start()


@pytest.fixture(scope="session")
def tf() -> Any:
    import tensorflow

    return tensorflow


@pytest.fixture
def save(tf: Any, tmp_path: Path) -> Save:
    """Saves modules that answer the first feature over 100, or what they are told to."""

    def make(specs: dict[str, tuple[list[int | None], str]], answer: Callable[[Tensors], Any] = first_feature) -> Path:
        module = tf.Module()
        module.scale = tf.Variable(100.0, dtype=tf.float64)

        def call(**tensors: Any) -> dict[str, Any]:
            return {"probability": tf.cast(answer(tensors), tf.float64) / module.scale}

        given = {name: tf.TensorSpec(shape, dtype, name=name) for name, (shape, dtype) in specs.items()}
        function = tf.function(call).get_concrete_function(**given)
        tf.saved_model.save(module, str(tmp_path), signatures={"serving_default": function})
        return tmp_path

    return make
