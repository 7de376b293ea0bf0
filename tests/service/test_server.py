"""How uvicorn is set up, where its own defaults lose requests."""

from typing import Any

import pytest
import uvicorn

from service import server
from service.protocol import DeadlineProtocol
from service.settings import Settings
from tests.service import fakes


@pytest.fixture
def config(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> uvicorn.Config:
    found: list[uvicorn.Config] = []

    def run(self: Any) -> None:
        found.append(self.config)

    monkeypatch.setattr(server.DrainingServer, "run", run)
    server.serve(settings, fakes.load_fake)
    return found[0]


def test_connections_are_kept_as_long_as_the_settings_say(config: uvicorn.Config, settings: Settings) -> None:
    assert config.timeout_keep_alive == settings.keep_alive_seconds


def test_the_end_is_bounded(config: uvicorn.Config, settings: Settings) -> None:
    assert config.timeout_graceful_shutdown == settings.finish_seconds


def test_idle_connections_do_not_count_as_load(config: uvicorn.Config) -> None:
    assert config.limit_concurrency is None


def test_the_parser_and_the_loop_are_the_fast_ones(config: uvicorn.Config) -> None:
    assert config.http is DeadlineProtocol
    assert config.loop == "uvloop"
    assert config.workers == 1
