"""`python -m benchmarks.profile`: where the processor's time of a request goes, inside of the service's process.

Many connections that go nowhere ask at once, again and again: first of a parser alone, then of more and more of the
service. What a part adds is its share. System calls and the event loop's own time, which the floor pays as well, are
not in it.
"""

import argparse
import asyncio
import logging
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast
from unittest.mock import patch

import httptools
import uvloop
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from uvicorn import Config
from uvicorn.server import ServerState

from benchmarks import servers
from benchmarks.measuring import CONNECTIONS
from benchmarks.questions import ARTICLES
from modelstore.manifest import Manifest
from service import tensorflow_model
from service.app import create_app
from service.connections import Bounds, Connection
from service.heartbeat import Heartbeat
from service.lifecycle import Lifecycle
from service.metrics import Metrics
from service.model import Model, Tensors, count
from service.settings import Settings
from service.shortcut import Reading, Shortcut

ROUNDS: Final = 9
TURNS: Final = 200
"""Of a round: in each every connection asks once."""

REQUEST: Final = b"\r\n".join(
    [
        b"POST %b HTTP/1.1" % ARTICLES.path.encode(),
        b"Host: 127.0.0.1:8000",
        b"Content-Type: application/json",
        b"Content-Length: %d" % len(ARTICLES.body),
        b"",
        ARTICLES.body,
    ]
)
"""As wrk sends it."""

ID: Final = b"0" * 32
HEADERS: Final = [
    (b"date", b"Mon, 30 Nov 2026 12:00:00 GMT"),
    (b"x-model-version", b"1.0.0"),
    (b"x-model-manifest", b"sha256:" + b"0" * 64),
    (b"x-slipway-release", b"benchmark"),
]
"""As long as those that each answer carries."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """What is asked.

    Attributes:
        name: of what it has more than the part before.
        ask: takes a request, for each connection.
        answered: comes back when all are answered.
        asks_model: whether the model has to answer anew.
    """

    name: str
    ask: Sequence[Callable[[bytes], object]]
    answered: Callable[[], Awaitable[None]]
    asks_model: bool = False


class Nowhere(asyncio.Transport):
    """A client that is not there."""

    def write(self, data: Any) -> None:
        """Forget an answer."""

    def is_closing(self) -> bool:
        """Never."""
        return False


class Known:
    """A model whose answers are known: while `still`, one that was given before is given again, and costs nothing."""

    def __init__(self, model: Model) -> None:
        self._model: Final = model
        self._said: Final[dict[int, Tensors]] = {}
        self.inputs: Final = model.inputs
        self.row_limit: Final = model.row_limit
        self.still = False

    def predict(self, tensors: Tensors) -> Tensors:
        """What the model said to as many rows."""
        rows = count(tensors)
        if not self.still or rows not in self._said:
            self._said[rows] = self._model.predict(tensors)
        return self._said[rows]


class AtOnce(Shortcut):
    """A short way without a model: all that have asked are answered when they are told to be."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.waiting: Final[list[Any]] = []

    def take(self, connection: Any, noted: Mapping[bytes, bytes], body: bytes) -> Reading | None:
        """Let it wait."""
        self.waiting.append(connection)
        return cast("Reading", connection)

    def answer(self) -> None:
        """Answer them."""
        for connection in self.waiting:
            connection.reply(ID, ARTICLES.body)
        self.waiting.clear()


async def profile(settings: Settings) -> dict[str, float]:
    """Microseconds of the processor for a request, by the part that takes them: medians of rounds by turns.

    Args:
        settings: of the service, with its model.
    """
    lifecycle = Lifecycle()
    metrics = Metrics(CollectorRegistry(), lambda: lifecycle.phase, version="profile", release="profile")
    models: list[Known] = []

    def load(folder: Path, manifest: Manifest) -> Model:
        models.append(Known(tensorflow_model.load_saved_model(folder, manifest)))
        return models[0]

    app = create_app(settings, lifecycle, Heartbeat(), load, metrics)
    others = cast("FastAPI", app.others)
    async with others.router.lifespan_context(others):
        while (served := lifecycle.model) is None:
            await asyncio.sleep(0.05)
        limits: dict[str, Any] = {"seconds": settings.request_seconds, "body_limit": settings.body_limit}
        short, at_once = Shortcut(lifecycle, metrics, **limits), AtOnce(lifecycle, metrics, **limits)

        async def nobody_waits() -> None:
            while served.batcher.queued or served.batcher.running_for():
                await asyncio.sleep(0)

        async def answered() -> None:
            at_once.answer()

        parsers: list[Any] = [httptools.HttpRequestParser(object()).feed_data for _ in range(CONNECTIONS)]  # pyright: ignore[reportUnknownMemberType]
        connections = _connections(app, short)
        parts = [
            Part(name="parser", ask=parsers, answered=nobody_waits),
            Part(name="connection", ask=_connections(app, at_once), answered=answered),
            Part(name="queue, codec, counters", ask=connections, answered=nobody_waits),
            Part(name="model", ask=connections, answered=nobody_waits, asks_model=True),
        ]
        taken: dict[str, list[float]] = {part.name: [] for part in parts}
        for _ in range(ROUNDS):
            for part in parts:
                models[0].still = not part.asks_model
                taken[part.name].append(await _seconds(part) * 1e6)
    medians = [statistics.median(each) for each in taken.values()]
    shares = [after - before for before, after in zip([0.0, *medians], medians, strict=False)]
    return dict(zip(taken, shares, strict=True))


async def _seconds(part: Part) -> float:
    begun = time.thread_time()
    for _ in range(TURNS):
        for ask in part.ask:
            ask(REQUEST)
        await part.answered()
    return (time.thread_time() - begun) / TURNS / len(part.ask)


def _connections(app: Any, short: Shortcut) -> list[Callable[[bytes], object]]:
    config = Config(app, http=Connection, ws="none", lifespan="off", log_config=None)
    config.load()
    state = ServerState()
    state.default_headers = HEADERS
    kind = Connection.within(Bounds(), short)
    found: list[Callable[[bytes], object]] = []
    for _ in range(CONNECTIONS):
        connection = kind(config, state, {})
        connection.connection_made(Nowhere())
        found.append(connection.data_received)
    return found


def main() -> None:
    """Publish the included model, ask for it, and tell."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profile", description=__doc__)
    parser.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as scratch:
        published = servers.publish(servers.CHECKOUT, "small", Path(scratch) / "published")
        recipe = servers.service(servers.CHECKOUT, published, Path(scratch) / "cache")
        ports = {"LISTEN_PORT": "0", "MONITORING_PORT": "0"}
        with patch.dict(os.environ, {**recipe.variables, **ports}):
            settings = Settings()  # pyright: ignore[reportCallIssue] from the environment
        tensorflow_model.configure(settings.tensorflow_threads)
        shares = uvloop.run(profile(settings))
    print(f"of a request, {CONNECTIONS} at a time, in µs of the processor:")
    for name, share in (shares | {"all": sum(shares.values())}).items():
        print(f"  {name:24}{share:6.1f}")


if __name__ == "__main__":
    main()
