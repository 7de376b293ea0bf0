"""How uvicorn is set up, where its own defaults lose requests."""

import logging
import resource
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn

from service import listening, server
from service.connections import Connection
from service.lifecycle import Lifecycle
from service.listening import Sockets
from service.monitoring import CONNECTIONS
from service.server import OTHER_FILES
from service.settings import Settings
from tests.service import fakes


@contextmanager
def unmonitored(*_: object) -> Generator[None]:
    """Monitoring has tests of its own, and a thread."""
    yield


@pytest.fixture(autouse=True)
def _without_monitoring(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction] pytest uses it
    monkeypatch.setattr(server, "monitored", unmonitored)


@pytest.fixture
def config(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> uvicorn.Config:
    found: list[uvicorn.Config] = []

    def run(self: Any, _: object) -> None:
        found.append(self.config)

    monkeypatch.setattr(server.DrainingServer, "run", run)
    with listening.on("127.0.0.1", 0) as monitoring:
        server.serve(settings, fakes.load_fake, Sockets(None, monitoring))
    return found[0]


def test_predictions_take_the_short_way(config: uvicorn.Config) -> None:
    protocol: Any = config.http
    assert protocol.shortcut is not None


@pytest.mark.parametrize(("level", "traced"), [(logging.DEBUG, False), (logging.INFO, True)])
def test_where_more_is_told_of_them_they_take_the_long_one(
    level: int,
    traced: bool,
    settings: Settings,
    lifecycle: Lifecycle,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(level)
    traces: Any = object() if traced else None
    assert server.short_way(settings, lifecycle, fakes.metrics(lifecycle), traces) is None


def test_connections_are_kept_as_long_as_the_settings_say(config: uvicorn.Config, settings: Settings) -> None:
    assert config.timeout_keep_alive == settings.keep_alive_seconds


def test_the_end_is_bounded(config: uvicorn.Config, settings: Settings) -> None:
    assert config.timeout_graceful_shutdown == settings.finish_seconds


def test_idle_connections_do_not_count_as_load(config: uvicorn.Config) -> None:
    assert config.limit_concurrency is None


def test_the_parser_and_the_loop_are_the_fast_ones(config: uvicorn.Config, settings: Settings) -> None:
    protocol: Any = config.http
    assert issubclass(protocol, Connection)
    assert protocol.bounds.head_bytes == settings.head_bytes
    assert protocol.bounds.connections == settings.connection_limit
    assert config.loop == "uvloop"
    assert config.workers == 1


def test_there_are_no_more_connections_than_files(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def getrlimit(_: int) -> tuple[int, int]:
        return 1024, 1500

    def setrlimit(_: int, wanted: tuple[int, int]) -> None:
        assert wanted == (1500, 1500)

    found: list[int] = []

    def run(self: Any, _: object) -> None:
        found.append(self.config.http.bounds.connections)

    monkeypatch.setattr(resource, "getrlimit", getrlimit)
    monkeypatch.setattr(resource, "setrlimit", setrlimit)
    monkeypatch.setattr(server.DrainingServer, "run", run)
    with listening.on("127.0.0.1", 0) as monitoring:
        server.serve(settings, fakes.load_fake, Sockets(None, monitoring))
    assert found == [1500 - CONNECTIONS - OTHER_FILES]
    assert f"CONNECTION_LIMIT={settings.connection_limit} is lowered" in caplog.text
