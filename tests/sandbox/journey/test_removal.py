"""`make clean` removes everything, and nothing that is in use."""

from pathlib import Path
from unittest.mock import Mock

import pytest

from sandbox.errors import SandboxError
from sandbox.journey import removal
from sandbox.kubernetes import processes
from sandbox.state import State


@pytest.fixture
def state(tmp_path: Path) -> State:
    one = State(tmp_path / "state")
    for folder in (one.tools / "traefik", one.cluster, one.root / ".gone-1234"):
        folder.mkdir(parents=True)
    (one.tools / "traefik" / "traefik").touch()
    return one


def test_nothing_is_left(state: State) -> None:
    removal.remove(state)

    assert not state.root.exists()
    removal.remove(state)


def test_it_refuses_while_something_is_mounted(state: State, tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"overlay {state.root}/images/x overlay rw 0 0\n")
    with pytest.raises(SandboxError, match="still mounted: run `make down` first"):
        removal.remove(state, mounts)

    assert state.tools.exists()


def test_it_refuses_while_the_sandbox_runs(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    running = processes.Process(pid=77, component="etcd", key="", leader=True, started=0)
    monkeypatch.setattr(processes, "owned", Mock(return_value=[running]))
    with pytest.raises(SandboxError, match=r"etcd \(pid 77\) is running: run `make down` first"):
        removal.remove(state)

    assert state.tools.exists()
