"""The programs use only fields that exist: the API server takes every object, and refuses unknown ones."""

import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from infra.platform.config import PlatformConfig
from infra.platform.crds import definitions
from sandbox.state import State
from tests.e2e.conftest import Local
from tests.infra import stacks
from tests.infra.recording import Recording
from tests.infra.values import Object

pytestmark = pytest.mark.e2e

NAMESPACE: Final = "strict-validation"


def kubectl(state: State, *arguments: str, content: object = None) -> subprocess.CompletedProcess[str]:
    command = [str(state.bin / "kubectl"), f"--kubeconfig={state.kubeconfig}", *arguments]
    text = None if content is None else json.dumps(content)
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=300, check=False)


def submit(state: State, things: Sequence[Object]) -> str:
    """What the API server has against some objects, without making them; empty when nothing."""
    options = ("--server-side", "--force-conflicts", "--dry-run=server", "--validate=strict", "--filename=-")
    done = kubectl(state, "apply", *options, content={"apiVersion": "v1", "kind": "List", "items": things})
    assert len(done.stdout.splitlines()) + len(done.stderr.splitlines()) >= len(things), "not all were looked at"
    return done.stderr if done.returncode else ""


def inside(thing: Object) -> Object:
    """The object in the test's namespace, if it is in any."""
    metadata: dict[str, Any] = thing["metadata"]
    return {**thing, "metadata": {**metadata, "namespace": NAMESPACE}} if "namespace" in metadata else thing


@pytest.fixture(scope="module")
def state(local: Local) -> Iterator[State]:
    kubectl(local.state, "create", "namespace", NAMESPACE)
    yield local.state
    kubectl(local.state, "delete", "namespace", NAMESPACE, "--wait=false")


@pytest.mark.parametrize("stack", stacks.STACKS)
def test_every_object_of_a_serving_stack_is_accepted(state: State, stack: str) -> None:
    assert submit(state, [inside(thing) for thing in stacks.serving(stack).kubernetes]) == ""


def test_every_object_of_the_platform_is_accepted(state: State) -> None:
    config = stacks.platform_configuration()
    installed = stacks.load(PlatformConfig, "slipway-platform", config).tools
    upstream = definitions.read(Path(state.manifests), installed)
    declared = stacks.platform_with(config, upstream).kubernetes
    assert len([thing for thing in declared if thing["kind"] == "CustomResourceDefinition"]) == len(upstream)
    # In their own namespaces, where they already are: a node port is there only once.
    assert submit(state, declared) == ""


def served(state: State, group: str) -> set[str]:
    """The resources of an API group, with their subresources."""
    versions = [entry["version"] for entry in raw(state, f"/apis/{group}")["versions"]] if group else ["v1"]
    lists = [raw(state, f"/apis/{group}/{version}" if group else f"/api/{version}") for version in versions]
    return {resource["name"] for one in lists for resource in one["resources"]}


def raw(state: State, path: str) -> Any:
    done = kubectl(state, "get", "--raw", path)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


OF_KUBELETS = {("", "nodes/metrics")}
"""What no API server serves: a kubelet asks it whether somebody has the right, before it shows its own pages."""


@pytest.mark.parametrize("program", [stacks.platform, stacks.serving])
def test_every_right_is_on_something_that_exists(state: State, program: Callable[[], Recording]) -> None:
    roles = [thing for thing in program().kubernetes if thing["kind"] in ("Role", "ClusterRole")]
    rights = {
        (group, resource)
        for role in roles
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        if not resource.endswith("/finalizers")  # looked at where owners are set, and never asked for
    }
    assert len(rights) > 2
    assert {one for one in rights - OF_KUBELETS if one[1] not in served(state, one[0])} == set()


@pytest.mark.parametrize("kind", ["Deployment", "Rollout", "IngressRoute", "ScaledObject", "PrometheusRule"])
def test_an_unknown_field_would_be_refused(state: State, kind: str) -> None:
    thing = next(inside(thing) for thing in stacks.serving().kubernetes if thing["kind"] == kind)
    assert "misspelt" in submit(state, [{**thing, "spec": {**thing["spec"], "misspelt": 1}}])
