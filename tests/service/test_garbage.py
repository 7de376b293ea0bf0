"""What requests and connections leave behind is freed when they end, and the collector has little to look at."""

import asyncio
import gc
import weakref
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn

from service import garbage
from service.app import create_app
from service.connections import Bounds, Connection
from service.heartbeat import Heartbeat
from service.lifecycle import Lifecycle
from service.settings import Settings
from tests.service import fakes
from tests.service.fakes import FakeModel
from tests.service.processes import SECONDS
from tests.service.test_connections import REQUEST

CLIENTS = 5


@pytest.fixture
def uncollected() -> Generator[None]:
    """No collection, so that only what nothing refers to is freed."""
    gc.disable()
    yield
    gc.enable()


@asynccontextmanager
async def served(settings: Settings) -> AsyncGenerator[tuple[uvicorn.Server, int]]:
    lifecycle = Lifecycle()
    app = create_app(settings, lifecycle, Heartbeat(), fakes.load_fake, fakes.metrics(lifecycle))
    bounds = Bounds(body_bytes=settings.body_limit)
    config = uvicorn.Config(app, port=0, http=Connection.within(bounds), lifespan="on", log_config=None)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(SECONDS):
        while not (server.started and lifecycle.model):
            await asyncio.sleep(0.01)
    yield server, server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


@pytest.mark.anyio
@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        (b"", False),
        (REQUEST[:20], False),
        (REQUEST[:-5], False),
        (REQUEST, True),
        (REQUEST * 3, True),
        (REQUEST.replace(b"85.0", b"null"), True),
        (b"GET /docs HTTP/1.1\r\nHost: pod\r\n\r\n", True),
        (b"no HTTP\r\n\r\n", True),
    ],
    ids=["idle", "half a head", "half a body", "whole", "sent ahead", "invalid", "docs", "nonsense"],
)
async def test_a_connection_that_ends_is_freed_at_once(sent: bytes, *, answered: bool, tmp_path: Path) -> None:
    async with served(fakes.settings(tmp_path)) as (server, port), asyncio.timeout(SECONDS):
        connections: list[weakref.ref[object]] = []
        for _ in range(CLIENTS):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            if answered:
                await reader.read(1000)
            while not server.server_state.connections:
                await asyncio.sleep(0.01)
            connections += map(weakref.ref, server.server_state.connections)
            writer.close()
            await writer.wait_closed()
        assert len(connections) >= CLIENTS
        while any(one() for one in connections):
            await asyncio.sleep(0.01)


def test_what_is_there_with_the_model_is_left_out_of_collections(tmp_path: Path) -> None:
    thresholds, frozen = gc.get_threshold(), gc.get_freeze_count()
    model = FakeModel()
    try:
        assert garbage.settled(fakes.loads(model))(tmp_path, fakes.manifest()) is model
        assert gc.get_freeze_count() > frozen
        assert gc.get_threshold() == garbage.THRESHOLDS
    finally:
        gc.set_threshold(*thresholds)
