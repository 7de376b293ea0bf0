"""The sandbox that is up."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from sandbox import state as locations
from sandbox.engine import prepare
from sandbox.plugins.kubernetes.creations import Creations
from sandbox.plugins.kubernetes.servicer import Servicer
from sandbox.state import State
from sandbox.toolchain import images

PATIENCE: Final = 300  # seconds; a command that takes longer hangs
PULLER: Final = "conformance-pull"


@pytest.fixture
def creations(tmp_path: Path) -> Creations:
    """A memory of creations that is the test's own."""
    return Creations(tmp_path / "creations")


@pytest.fixture(scope="session")
def state() -> State:
    """The state directory of the sandbox."""
    state = locations.default()
    prepare(state)
    return state


@pytest.fixture(scope="session")
def run_kubectl(state: State) -> Callable[..., str]:
    """kubectl as the administrator; a failure of it is one of the test."""

    def run(*arguments: str) -> str:
        command = [str(state.bin / "kubectl"), f"--kubeconfig={state.kubeconfig}", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
        return done.stdout

    return run


@pytest.fixture(scope="module")
def space(request: pytest.FixtureRequest, run_kubectl: Callable[..., str]) -> Iterator[str]:
    """A namespace for the tests of one file."""
    name = "kubernetes-" + request.path.stem.removeprefix("test_").replace("_", "-")
    run_kubectl("delete", "namespace", name, "--ignore-not-found", "--wait")
    run_kubectl("create", "namespace", name)
    yield name
    run_kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture
def configured(serve_plugin: Callable[..., Any], creations: Creations, state: State, space: str) -> Callable[..., Any]:
    """Makes a plugin with settings of its own."""

    def make(**settings: str) -> Any:
        served = serve_plugin(Servicer(creations))
        served.configure({"kubeconfig": str(state.kubeconfig), "namespace": space, **settings})
        return served

    return make


@pytest.fixture
def plugin(configured: Callable[..., Any]) -> Any:
    """The plugin, as the engine calls it."""
    return configured()


@pytest.fixture(scope="session")
def image(state: State, run_kubectl: Callable[..., str]) -> str:
    """An image with python3 that the node has, for the pods of these tests never pull one."""
    reference = images.references(state)["python"]
    run_kubectl("delete", "pod", PULLER, "--ignore-not-found", "--wait")
    run_kubectl("run", PULLER, f"--image={reference}", "--restart=Never", "--command", "--", "true")
    run_kubectl("wait", "--for=jsonpath={.status.phase}=Succeeded", f"pod/{PULLER}", "--timeout=250s")
    run_kubectl("delete", "pod", PULLER, "--wait=false")
    return reference
