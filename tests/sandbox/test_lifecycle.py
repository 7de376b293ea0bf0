"""Which driver a state directory belongs to, and that only one run changes it."""

import subprocess
import sys
from pathlib import Path

import pytest

from sandbox import driver, lifecycle, lock
from sandbox.driver import Access, DriverName
from sandbox.errors import SandboxError
from sandbox.kubeconfig import Existing, Kubeconfig
from sandbox.kubernetes.driver import Embedded
from sandbox.state import State

EXISTING = Existing(kubeconfig=Path("/none"), registry="r", s3="http://s", gateway="http://g")


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path)


def access(state: State, name: DriverName) -> Access:
    return Access(
        driver=name, kubeconfig=state.kubeconfig, identifier="u", registry="r", store="http://s", gateway="http://g"
    )


def test_what_was_recorded_is_read_back(state: State) -> None:
    given = access(state, DriverName.KUBECONFIG)
    driver.record(state, given)

    assert driver.access(state) == given


def test_before_the_first_up_there_is_no_access(state: State) -> None:
    with pytest.raises(SandboxError, match=r"no sandbox in \S+: run `python -m sandbox up`"):
        driver.access(state)


def test_the_embedded_driver_is_the_default(state: State) -> None:
    assert isinstance(lifecycle.current(state), Embedded)


def test_the_recorded_driver_is_used_again(state: State) -> None:
    driver.record(state, access(state, DriverName.KUBECONFIG))

    assert isinstance(lifecycle.current(state), Kubeconfig)


def test_a_half_made_embedded_sandbox_is_not_taken_for_another_driver(state: State) -> None:
    state.cluster.mkdir(parents=True)

    with pytest.raises(SandboxError, match="holds a sandbox of the driver embedded: run `python -m sandbox down`"):
        lifecycle.up(state, DriverName.KUBECONFIG, EXISTING)


def test_another_driver_than_the_recorded_is_refused(state: State) -> None:
    driver.record(state, access(state, DriverName.KUBECONFIG))

    with pytest.raises(SandboxError, match="holds a sandbox of the driver kubeconfig"):
        lifecycle.up(state, DriverName.EMBEDDED)


def test_a_cluster_without_kube_system_is_no_kubernetes() -> None:
    with pytest.raises(SandboxError, match="kube-system"):
        driver.identifier(None)


def test_a_second_run_is_told_who_is_at_work(state: State) -> None:
    script = f"""
from pathlib import Path
from sandbox import lock
from sandbox.state import State
with lock.exclusive(State(Path({str(state.root)!r}))):
    print("held", flush=True)
    input()
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        with pytest.raises(SandboxError, match=rf"\(pid {other.pid}\) is changing"), lock.exclusive(state):
            pass
        other.kill()
    with lock.exclusive(state):
        pass
