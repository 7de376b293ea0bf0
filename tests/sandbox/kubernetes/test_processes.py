"""Processes are found by what they carry, not by a file that may lie."""

import os
import signal
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest

from sandbox.errors import SandboxError
from sandbox.kubernetes import processes
from sandbox.kubernetes.processes import Process

SLEEP = ("/bin/sleep", "300")


@pytest.fixture
def cluster(tmp_path: Path) -> Generator[Path]:
    yield tmp_path
    processes.end(tmp_path, processes.owned(tmp_path), grace=0)


def start(cluster: Path, name: str = "sleeper", argv: tuple[str, ...] = SLEEP) -> Process:
    process = processes.start(cluster, name, argv, key="k1", log=cluster / "log")
    assert process is not None
    return process


def test_a_started_process_is_found_with_its_key(cluster: Path) -> None:
    started = start(cluster)

    found = processes.component(cluster, "sleeper")

    assert found is not None
    assert (found.pid, found.key, found.leader) == (started.pid, "k1", True)
    assert Path(f"/proc/{found.pid}/cmdline").read_text().split("\0")[:2] == list(SLEEP)


def test_it_lives_in_a_session_of_its_own(cluster: Path) -> None:
    assert os.getsid(start(cluster).pid) != os.getsid(0)


def test_processes_of_another_sandbox_are_not_ours(cluster: Path) -> None:
    start(cluster)

    assert processes.owned(cluster / "other") == []


def test_another_sandbox_in_the_same_network_is_seen(cluster: Path) -> None:
    started = start(cluster)

    assert started.pid in processes.others(cluster / "other")
    assert started.pid not in processes.others(cluster)


def test_another_sandbox_in_a_network_of_its_own_is_no_neighbour(cluster: Path) -> None:
    started = start(cluster, argv=("/usr/bin/unshare", "--net", *SLEEP))
    while Path(f"/proc/{started.pid}/ns/net").readlink() == Path("/proc/self/ns/net").readlink():
        pass

    assert started.pid not in processes.others(cluster / "other")


def test_a_process_that_it_starts_belongs_to_it_but_is_not_it(cluster: Path) -> None:
    leader = start(cluster, argv=("/bin/sh", "-c", "sleep 300 & sleep 301"))
    while len(found := processes.owned(cluster)) < 3:
        pass

    assert {one.component for one in found} == {"sleeper"}
    assert [one.pid for one in found if one.leader] == [leader.pid]


def test_the_words_of_one_that_ends_at_once_are_kept(cluster: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "APPEARS_WITHIN", 0.3)
    argv = ("/bin/sh", "-c", "echo no disk; exit 3")

    processes.start(cluster, "sleeper", argv, key="k1", log=cluster / "log")

    while processes.owned(cluster):
        pass
    assert (cluster / "log").read_text() == "no disk\n"


def test_ending_waits_until_the_process_is_gone(cluster: Path) -> None:
    process = start(cluster)

    processes.end(cluster, [process], grace=5)

    assert processes.owned(cluster) == []


def test_one_that_does_not_listen_is_killed(cluster: Path) -> None:
    process = start(cluster, argv=("/bin/sh", "-c", "trap '' TERM; while true; do sleep 0.1; done"))

    processes.end(cluster, [process], grace=0.2)

    assert processes.component(cluster, "sleeper") is None


def test_one_that_the_kernel_doesnt_let_go_is_told(cluster: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    process = start(cluster)
    monkeypatch.setattr(processes, "_send", lambda *_: None)  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType] - of whatever
    monkeypatch.setattr(processes, "_KILLED_WITHIN", 0.1)
    with pytest.raises(SandboxError, match=rf"processes {process.pid} don't end although they were killed"):
        processes.end(cluster, [process], grace=0)
    monkeypatch.undo()
    processes.end(cluster, [process], grace=0)


def test_whoever_got_the_process_id_meanwhile_is_left_alone(cluster: Path) -> None:
    with subprocess.Popen(SLEEP) as stranger:
        stale = Process(pid=stranger.pid, component="sleeper", key="k1", leader=True, started=0)

        processes.end(cluster, [stale], grace=0)

        assert stranger.poll() is None
        stranger.send_signal(signal.SIGKILL)
