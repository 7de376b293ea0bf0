"""What becomes of an object whose creation the engine never heard the end of, with the real engine and API server."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest

from sandbox.engine import EngineError, Stack
from sandbox.state import State

pytestmark = [pytest.mark.cluster, pytest.mark.engine, pytest.mark.usefixtures("no_preview")]

PATIENCE: Final = 120  # seconds; what takes longer hangs
SPACE: Final = "kubernetes-lost-answers"
PROGRAM: Final = """
    import pulumi
    import pulumi_kubernetes as k8s

    config = pulumi.Config()
    cluster = k8s.Provider("kube", kubeconfig=config.require("kubeconfig"), cluster_identifier="lost-answers")
    k8s.core.v1.ConfigMap(
        "held",
        metadata={
            "name": "held",
            "namespace": config.require("namespace"),
            "annotations": {"pulumi.com/waitFor": "jsonpath={.metadata.labels.go}=yes"},
        },
        data={"k": "ours"},
        opts=pulumi.ResourceOptions(provider=cluster),
    )
"""


@pytest.fixture
def held(
    stack: Callable[..., Stack], state: State, run_kubectl: Callable[..., str]
) -> Iterator[tuple[Stack, Callable[..., str]]]:
    """A stack whose one object is awaited until it gets the label `go`, and kubectl in its namespace."""
    run_kubectl("delete", "namespace", SPACE, "--ignore-not-found", "--wait")
    run_kubectl("create", "namespace", SPACE)
    yield (
        stack(PROGRAM, kubeconfig=str(state.kubeconfig), namespace=SPACE),
        lambda *arguments: run_kubectl("-n", SPACE, *arguments),
    )
    run_kubectl("delete", "namespace", SPACE, "--wait=false")


def kill_while_it_is_awaited(stack: Stack, kubectl: Callable[..., str], victim: Callable[[Stack], int]) -> None:
    """Run `up`, and kill a process while the object is there and its creation has not been answered."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(stack.up)
        deadline = time.monotonic() + PATIENCE
        while not kubectl("get", "configmap", "held", "--ignore-not-found"):
            assert not running.done(), running.exception()
            assert time.monotonic() < deadline
            time.sleep(0.1)
        os.kill(victim(stack), signal.SIGKILL)
        with pytest.raises(EngineError):
            running.result()


def engine(stack: Stack) -> int:
    (lock,) = stack.state.pulumi.glob("backend/.pulumi/locks/organization/*/test/*.json")
    return json.loads(lock.read_text())["pid"]


def plugin(stack: Stack) -> int:
    children = Path(f"/proc/{engine(stack)}/task").glob("*/children")
    started = [int(child) for task in children for child in task.read_text().split()]
    (found,) = (
        child for child in started if "sandbox.plugins.kubernetes" in Path(f"/proc/{child}/cmdline").read_text()
    )
    return found


@pytest.mark.parametrize("victim", [plugin, engine])
def test_the_next_update_goes_on_with_it(held: tuple[Stack, Callable[..., str]], victim: Callable[..., int]) -> None:
    stack, kubectl = held
    kill_while_it_is_awaited(stack, kubectl, victim)
    made = kubectl("get", "configmap", "held", "-o", "jsonpath={.metadata.uid}")
    kubectl("label", "configmap", "held", "go=yes")

    stack.up()

    assert kubectl("get", "configmap", "held", "-o", "jsonpath={.metadata.uid}") == made
    assert "pending_operations" not in stack.export()
    assert stack.preview(expect_no_changes=True) == frozenset()
    stack.destroy()
    assert kubectl("get", "configmap", "held", "--ignore-not-found") == ""


@pytest.mark.parametrize("victim", [plugin, engine])
def test_an_object_that_took_its_name_meanwhile_is_neither_adopted_nor_destroyed(
    held: tuple[Stack, Callable[..., str]], victim: Callable[..., int]
) -> None:
    stack, kubectl = held
    kill_while_it_is_awaited(stack, kubectl, victim)
    kubectl("delete", "configmap", "held", "--wait")
    kubectl("create", "configmap", "held", "--from-literal=k=theirs")

    with pytest.raises(EngineError, match='configmaps "held" already exists'):
        stack.up()
    stack.destroy()

    assert kubectl("get", "configmap", "held", "-o", "jsonpath={.data.k}") == "theirs"
