"""Servers that are started for a benchmark answer, have a core of their own, and end with it."""

import os
import sys
from pathlib import Path

import pytest

from benchmarks import servers
from benchmarks.errors import BenchmarkError
from benchmarks.servers import CHECKOUT, Recipe

CORE = min(os.sched_getaffinity(0))


def test_the_floor_gives_the_answer_that_it_is_told() -> None:
    with servers.started(servers.floor(b'{"failure_probability": 0.5}'), CORE) as server:
        assert server.answer() == b'{"failure_probability": 0.5}'
        assert os.sched_getaffinity(server.pid) == {CORE}
        assert server.processor_seconds() > 0
    assert not Path(f"/proc/{server.pid}").exists()


def test_a_server_that_ends_is_not_waited_for() -> None:
    recipe = Recipe(argv=(sys.executable, "-c", "raise SystemExit(1)"), folder=CHECKOUT, variables={})
    with pytest.raises(BenchmarkError, match="doesn't answer"), servers.started(recipe, CORE):
        raise AssertionError


def test_a_server_that_nobody_knows_is_refused_before_anything_is_made() -> None:
    with pytest.raises(BenchmarkError, match="no such server: Flask; there are FastAPI, article"):
        servers.peers(CHECKOUT, ["Flask"])
    assert servers.peers(CHECKOUT, [servers.FLOOR]) == {}


def test_another_checkout_needs_its_own_python(tmp_path: Path) -> None:
    assert servers.interpreter(CHECKOUT) == sys.executable
    with pytest.raises(BenchmarkError, match="has no Python of its own"):
        servers.interpreter(tmp_path)
