"""Plugins that have lost their engine."""

import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.pulumi import EngineError, installation, orphans
from sandbox.pulumi.plugins.serve import PARENT_VARIABLE
from sandbox.state import State

GONE = 2**22 + 1  # above the largest process id that Linux gives out


@pytest.fixture
def state(tmp_path_factory: pytest.TempPathFactory) -> State:
    return State(tmp_path_factory.mktemp("state"))


@contextmanager
def plugin(state: State, *, engine: int, seconds: float = 1000) -> Generator[int]:
    """What a launcher starts, in the name of some engine; it ends by itself after some seconds."""
    variables = {PARENT_VARIABLE: str(engine), "PULUMI_HOME": str(installation.home(state))}
    with subprocess.Popen(["sleep", str(seconds)], env={**os.environ, **variables}) as process:
        yield process.pid
        process.kill()


def test_a_plugin_whose_engine_is_not_its_parent_any_more_is_one(state: State) -> None:
    with plugin(state, engine=GONE) as orphan, plugin(state, engine=os.getpid()):
        assert list(orphans.orphans(state)) == [orphan]


def test_plugins_of_other_state_directories_are_not_waited_for(state: State, tmp_path: Path) -> None:
    with plugin(State(tmp_path), engine=GONE):
        orphans.outlive(state)


def test_the_wait_ends_with_the_last_of_them(state: State) -> None:
    with plugin(state, engine=GONE, seconds=0.5):
        orphans.outlive(state)
        assert list(orphans.orphans(state)) == []


def test_one_that_does_not_end_is_named_with_the_remedy(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphans, "PATIENCE", 0.0)
    with plugin(state, engine=GONE) as orphan, pytest.raises(EngineError, match=f"end it with `kill -9 {orphan}`"):
        orphans.outlive(state)
