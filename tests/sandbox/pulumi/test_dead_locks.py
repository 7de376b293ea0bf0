import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from sandbox.pulumi import EngineError
from sandbox.pulumi import dead_locks as locks
from sandbox.state import State

GONE = 2**22 + 1  # above the largest process id that Linux gives out


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path)


def lock(state: State, *, pid: int, hostname: str | None = None) -> Path:
    path = state.pulumi / "backend/.pulumi/locks/organization/project/stack" / f"{pid}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "pid": pid,
        "username": "somebody",
        "hostname": hostname or socket.gethostname(),
        "timestamp": "2026-01-02T03:04:05.123456789Z",
    }
    path.write_text(json.dumps(content))
    return path


def test_the_lock_of_a_process_that_is_gone_is_removed_and_named(
    state: State, capsys: pytest.CaptureFixture[str]
) -> None:
    path = lock(state, pid=GONE)

    assert locks.clear(state, "project", "stack")

    assert not path.exists()
    assert f"somebody@{socket.gethostname()}, process {GONE}" in capsys.readouterr().err


def test_without_locks_nothing_is_cleared(state: State) -> None:
    assert not locks.clear(state, "project", "stack")


def test_the_lock_of_another_stack_is_left_alone(state: State) -> None:
    path = lock(state, pid=GONE)

    assert not locks.clear(state, "project", "other")
    assert path.exists()


def test_the_lock_of_a_living_engine_is_refused(state: State, tmp_path: Path) -> None:
    program = shutil.copy2("/bin/sleep", tmp_path / "pulumi-cli")
    with subprocess.Popen([program, "1000"]) as engine:
        path = lock(state, pid=engine.pid)
        while Path(f"/proc/{engine.pid}/comm").read_text() != "pulumi-cli\n":
            time.sleep(0.01)
        try:
            with pytest.raises(EngineError, match=f"process {engine.pid}, since 2026-01-02 03:04:05 UTC: wait"):
                locks.clear(state, "project", "stack")
        finally:
            engine.kill()

    assert path.exists()


def test_the_lock_of_an_engine_that_ended_unnoticed_is_removed(state: State, tmp_path: Path) -> None:
    program = shutil.copy2("/bin/true", tmp_path / "pulumi-cli")
    with subprocess.Popen([program]) as engine:
        while ") Z " not in Path(f"/proc/{engine.pid}/stat").read_text():
            time.sleep(0.01)
        path = lock(state, pid=engine.pid)

        assert locks.clear(state, "project", "stack")

    assert not path.exists()


def test_the_lock_of_another_machine_is_refused(state: State) -> None:
    path = lock(state, pid=GONE, hostname="elsewhere")

    with pytest.raises(EngineError, match="somebody@elsewhere"):
        locks.clear(state, "project", "stack")
    assert path.exists()


def test_a_process_id_that_another_program_has_got_since_does_not_keep_a_lock(state: State) -> None:
    path = lock(state, pid=os.getpid())

    assert locks.clear(state, "project", "stack")
    assert not path.exists()


def test_an_unreadable_lock_is_refused_by_its_path(state: State) -> None:
    path = lock(state, pid=GONE)
    path.write_text("{")

    with pytest.raises(EngineError, match=str(path)):
        locks.clear(state, "project", "stack")
