"""What would fail later is refused before the long builds begin."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest

from sandbox import driver, space
from sandbox.driver import Access, DriverName
from sandbox.errors import SandboxError
from sandbox.journey import setup
from sandbox.journey.__main__ import main
from sandbox.kubernetes import preflight
from sandbox.state import State
from sandbox.toolchain import aws, debian, golang, images, manifests, programs

IN_USE = "port 2379 on 127.0.0.1, for etcd, is in use by nginx (pid 77): stop that first"


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path)


@pytest.fixture
def steps(state: State, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which steps were made, while none does anything."""
    made: list[str] = []

    def step(name: str) -> Callable[..., None]:
        return lambda *_: made.append(name)

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(space, "check", step("space"))
    monkeypatch.setattr(debian, "install", step("packages"))
    monkeypatch.setattr(preflight, "check_surroundings", step("surroundings"))
    monkeypatch.setattr(setup, "Go", Mock(spec=golang.Go, return_value=Mock(caches=state.build)))
    monkeypatch.setattr(programs, "BUILDS", (Mock(estimate=1),))
    monkeypatch.setattr(programs, "make", step("programs"))
    monkeypatch.setattr(images, "base", step("base"))
    monkeypatch.setattr(manifests, "fetch", step("manifests"))
    monkeypatch.setattr(images, "build", step("images"))
    monkeypatch.setattr(aws, "install", step("aws"))
    return made


def test_the_steps_come_in_the_order_of_what_they_need(state: State, steps: list[str]) -> None:
    setup.prepare(state)

    assert steps[:3] == ["space", "packages", "surroundings"]
    assert set(steps[3:5]) == {"programs", "base"}  # these two go side by side
    assert steps[5:] == ["manifests", "images", "aws"]


def test_another_user_than_root_is_refused_before_anything(
    state: State, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SandboxError, match="needs root"):
        setup.prepare(state)

    assert steps == []
    assert not list(state.root.iterdir())


def test_a_port_in_use_is_refused_before_the_builds(
    state: State, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "check_surroundings", Mock(side_effect=SandboxError(IN_USE)))
    with pytest.raises(SandboxError, match="port 2379"):
        setup.prepare(state)

    assert steps == ["space", "packages"]


def test_with_a_cluster_elsewhere_this_machines_ports_do_not_matter(state: State, steps: list[str]) -> None:
    access = Access(
        driver=DriverName.KUBECONFIG, kubeconfig=state.kubeconfig, identifier="u", registry="", store="", gateway=""
    )
    driver.record(state, access)

    setup.prepare(state)

    assert "surroundings" not in steps
    assert "programs" in steps


def test_what_it_took_is_told_when_the_caches_go(
    state: State, steps: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    setup.prepare(state)
    assert "at its fullest" not in capfd.readouterr().err

    state.build.mkdir()
    setup.prepare(state)
    assert f"set-up took 0.0 GiB below {state.root} at its fullest, and keeps 0.0 GiB" in capfd.readouterr().err


def test_a_second_run_is_told_who_is_at_work(state: State, steps: list[str]) -> None:
    script = f"""
from pathlib import Path
from sandbox import lock
from sandbox.state import State
with lock.exclusive(State(Path({str(state.root)!r})), "toolchain"):
    print("held", flush=True)
    input()
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        with pytest.raises(SandboxError, match=rf"\(pid {other.pid}\) is changing the toolchain"):
            setup.prepare(state)
        other.kill()
    assert steps == ["space"]


@pytest.mark.parametrize(
    ("error", "line", "code"),
    [
        (SandboxError("no: do this", "why"), "why\nerror: no: do this\n", 1),
        (OSError(28, "No space left on device", "/x"), "error: /x: No space left on device: free some disk\n", 1),
        (PermissionError(13, "Permission denied", "/x"), "error: /x: Permission denied: run this again once", 1),
        (KeyboardInterrupt(), "error: interrupted: run the same again", 130),
    ],
)
def test_what_goes_wrong_ends_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    error: BaseException,
    line: str,
    code: int,
) -> None:
    monkeypatch.setenv("SLIPWAY_STATE", str(tmp_path))
    monkeypatch.setattr(setup, "prepare", Mock(side_effect=error))

    with pytest.raises(SystemExit) as ended:
        main(["setup"])

    assert ended.value.code == code
    assert capfd.readouterr().err.startswith(line)


def test_a_command_that_there_is_not_is_told_how_it_goes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clear"]) == 2
    assert "usage: python -m sandbox.journey setup|up|pipeline|down|clean" in capsys.readouterr().err
