"""What Pulumi's own kubernetes plugin does on a real cluster with what our programs count on."""

import json
import os
import signal
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any, Final, TypeAlias

import pytest
import yaml

from sandbox import state as locations
from sandbox.pulumi import EngineError, Kind, Stack, recovery
from sandbox.state import State
from sandbox.toolchain import images
from tests.installed import installed
from tests.sandbox.commands import kubectl

pytestmark = [pytest.mark.cluster, pytest.mark.usefixtures("no_preview")]

PATIENCE: Final = 300  # seconds; what takes longer hangs
SPACE: Final = "kubernetes-plugin"
PROGRAM: Final = """
    import pulumi
    import pulumi_kubernetes as k8s

    config = pulumi.Config()
    value = config.get("value") or "1"
    manager = {"pulumi.com/patchFieldManager": f"slipway-{pulumi.get_project()}-{pulumi.get_stack()}"}
    provider = k8s.Provider("cluster", kubeconfig=open(config.require("kubeconfig")).read())
    opts = pulumi.ResourceOptions(provider=provider)

    def metadata(name, annotations=None, **more):
        annotations = {**manager, **(annotations or {})}
        return {"name": name, "namespace": config.get("space"), "annotations": annotations, **more}
"""
Run: TypeAlias = Callable[[], object]


def live(kind: str, name: str) -> dict[str, Any]:
    return json.loads(kubectl("-n", SPACE, "get", kind, name, "-o", "json", "--show-managed-fields"))


def managers(found: dict[str, Any]) -> set[str]:
    return {entry["manager"] for entry in found["metadata"]["managedFields"] if entry["operation"] == "Apply"}


def eventually(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def space() -> Iterator[str]:
    kubectl("delete", "namespace", SPACE, "--ignore-not-found", "--wait")
    kubectl("create", "namespace", SPACE)
    yield SPACE
    kubectl("delete", "namespace", SPACE, "--wait=false")


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> State:
    """A state directory of the tests' own: their stacks are none of the user's."""
    return installed(tmp_path_factory.mktemp("state"))


class Project:
    """A project with one program, and stacks of it."""

    def __init__(self, folder: Path, state: State, space: str) -> None:
        self.folder, self._state = folder, state
        self._values = {"kubeconfig": str(locations.default().kubeconfig), "space": space}
        (folder / "Pulumi.yaml").write_text(f"name: {folder.name}\nruntime: python\n")

    def program(self, text: str) -> None:
        (self.folder / "__main__.py").write_text(dedent(PROGRAM) + dedent(text))

    def stack(self, name: str = "test", **values: str) -> Stack:
        """The stack, with these values in its configuration."""
        config = self.folder / f"{name}.yaml"
        given = {**self._values, **values}
        config.write_text(yaml.safe_dump({"config": {f"{self.folder.name}:{key}": v for key, v in given.items()}}))
        stack = Stack(self.folder, name, config, self._state)
        stack.init()
        return stack

    def processes(self, command: str) -> list[int]:
        """Living processes of this state directory with `command` in their command line."""
        mark = f"PULUMI_HOME={self._state.pulumi / 'home'}".encode()
        found: list[int] = []
        for place in Path("/proc").glob("[0-9]*"):
            try:
                line = (place / "cmdline").read_text().replace("\0", " ")
                if command in line and mark in (place / "environ").read_bytes():
                    found.append(int(place.name))
            except OSError:
                continue
        return found


@pytest.fixture
def project(tmp_path_factory: pytest.TempPathFactory, state: State, space: str) -> Iterator[Project]:
    one = Project(tmp_path_factory.mktemp("project"), state, space)
    yield one
    for config in one.folder.glob("*.yaml"):
        stack = Stack(one.folder, config.stem, config, state)
        if config.name != "Pulumi.yaml" and stack.exists:
            stack.destroy()
            stack.remove()


@pytest.fixture
def start() -> Iterator[Callable[[Run], Future[object]]]:
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit


@pytest.mark.parametrize("victim", ["pulumi up", "pulumi-resource-kubernetes"])
def test_a_creation_that_is_killed_in_its_middle_is_gone_on_with_although_a_field_has_changed(
    project: Project, start: Callable[[Run], Future[object]], victim: str
) -> None:
    # It is made at once, and then waited for until it has what it never gets.
    project.program("""
        waits = {"waitFor": "jsonpath={.metadata.labels.never}"} if value == "1" else {"skipAwait": "true"}
        k8s.core.v1.Service(
            "killed", opts=opts, metadata=metadata("killed", {f"pulumi.com/{key}": how for key, how in waits.items()}),
            spec={"selector": {"app": "nobody"}, "ports": [{"port": 80 + int(value)}]},
        )
    """)
    running = start(project.stack().up)
    eventually(lambda: '"killed"' in kubectl("-n", SPACE, "get", "services", "-o", "json"))
    made = live("service", "killed")["metadata"]["uid"]
    for process in project.processes(victim):
        os.kill(process, signal.SIGKILL)
    with pytest.raises(EngineError):
        running.result()
    eventually(lambda: not project.processes("pulumi-resource-kubernetes"))

    stack = project.stack(value="2")
    stack.up()

    found = live("service", "killed")
    assert (found["metadata"]["uid"], found["spec"]["ports"][0]["port"]) == (made, 82)
    assert managers(found) == {f"slipway-{project.folder.name}-test"}
    assert stack.preview(expect_no_changes=True) == frozenset()


def test_a_job_that_fails_fails_the_update_with_its_last_words(project: Project) -> None:
    image = images.references(locations.default())["python"]
    project.program(f"""
        k8s.batch.v1.Job(
            "fails", metadata=metadata("fails"), opts=opts,
            spec={{"backoff_limit": 0, "template": {{"spec": {{"restart_policy": "Never", "containers": [{{
                "name": "fails", "image": "{image}",
                "command": ["sh", "-c", "echo the reason > /dev/termination-log; exit 1"],
            }}]}}}}}},
        )
    """)
    with pytest.raises(EngineError, match=r"(?s)fails: .*the reason"):
        project.stack().up()


def test_fields_that_a_controller_writes_stay_its_own_when_others_change(project: Project) -> None:
    project.program("""
        ignored = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(ignore_changes=["spec.weighted.services"]))
        k8s.apiextensions.CustomResource(
            "split", api_version="traefik.io/v1alpha1", kind="TraefikService", opts=ignored,
            metadata=metadata("split", labels={"value": value}),
            spec={"weighted": {"services": [{"name": "stable", "port": 80}, {"name": "canary", "port": 80}]}},
        )
    """)
    stack = project.stack()
    stack.up()
    weights = [{"name": "stable", "port": 80, "weight": 90}, {"name": "canary", "port": 80, "weight": 10}]
    patch = json.dumps({"spec": {"weighted": {"services": weights}}})
    kubectl("-n", SPACE, "patch", "traefikservice", "split", "--type=merge", "--field-manager=controller", "-p", patch)

    assert stack.preview(expect_no_changes=True) == frozenset()
    assert stack.refresh() == frozenset()
    assert [change.kind for change in project.stack(value="2").up()] == [Kind.UPDATE]

    found = live("traefikservice", "split")
    assert found["metadata"]["labels"]["value"] == "2"
    assert found["spec"]["weighted"]["services"] == weights


def test_a_resource_that_is_renamed_with_an_alias_stays_the_object_that_it_is(project: Project) -> None:
    rename = """
        named = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(aliases=[pulumi.Alias(name="before")]))
        k8s.core.v1.ConfigMap("{name}", metadata=metadata("renamed"), data={{"value": value}}, opts=named)
    """
    project.program(rename.format(name="before"))
    project.stack().up()
    made = live("configmap", "renamed")["metadata"]["uid"]

    project.program(rename.format(name="after"))
    project.stack().up()

    assert live("configmap", "renamed")["metadata"]["uid"] == made


def test_the_second_of_two_stacks_that_want_one_object_is_refused_and_harms_nothing(project: Project) -> None:
    project.program("""
        k8s.core.v1.ConfigMap("wanted", metadata=metadata("wanted-by-two"), data={"value": "same"}, opts=opts)
    """)
    first, second = project.stack("first"), project.stack("second")
    first.up()
    made = live("configmap", "wanted-by-two")["metadata"]["uid"]

    # A preview forces, so it says nothing of it.
    assert [change.kind for change in second.preview() if "ConfigMap" in change.type] == [Kind.CREATE]
    with pytest.raises(EngineError, match=rf"(?s)wanted: .*conflict with \"slipway-{project.folder.name}-first\""):
        second.up()
    second.destroy()

    found = live("configmap", "wanted-by-two")
    assert (found["metadata"]["uid"], managers(found)) == (made, {f"slipway-{project.folder.name}-first"})


@contextmanager
def held(rollout: str) -> Generator[None]:
    """Something belongs to the Rollout and doesn't go until the block ends."""
    owner = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": rollout, "blockOwnerDeletion": True}
    owned = {
        "name": "held",
        "ownerReferences": [owner | {"uid": live("rollout", rollout)["metadata"]["uid"]}],
        "finalizers": ["slipway.invalid/held"],
    }
    content = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": owned})
    kubectl("-n", SPACE, "create", "-f", "-", given=content)
    try:
        yield
    finally:
        kubectl("-n", SPACE, "patch", "configmap", "held", "-p", json.dumps({"metadata": {"finalizers": None}}))


def test_a_rollout_is_gone_before_what_belongs_to_it_and_the_plugin_lives(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "GOES_WITHIN", 5.0)  # a repair would wait in vain
    project.program("""
        labels = {"app": "nobody"}
        container = {"name": "none", "image": "none"}
        k8s.apiextensions.CustomResource(
            "goes", api_version="argoproj.io/v1alpha1", kind="Rollout", opts=opts,
            metadata=metadata("goes", {"pulumi.com/deletionPropagationPolicy": "background"}),
            spec={
                "replicas": 0,
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
                "strategy": {"canary": {}},
            },
        )
    """)
    stack = project.stack()
    stack.up()
    # What the plugin can't compute a status of; the controller writes the same.
    status = json.dumps({"status": {"observedGeneration": "1"}})
    kubectl("-n", SPACE, "patch", "rollout", "goes", "--subresource=status", "--type=merge", "-p", status)

    with held("goes"):
        assert [change.kind for change in stack.destroy() if change.type.endswith(":Rollout")] == [Kind.DELETE]

        assert kubectl("-n", SPACE, "get", "rollouts", "-o", "name") == ""
        assert live("configmap", "held")


def test_nothing_of_a_kubeconfig_stays_in_a_temporary_folder(project: Project, state: State) -> None:
    before = set(Path("/tmp").glob("kubeconfig*"))  # noqa: S108 (where the plugin would leave it)
    project.program("""
        k8s.core.v1.ConfigMap("one", metadata=metadata("one"), data={"value": value}, opts=opts)
    """)
    project.stack().up()

    assert set(Path("/tmp").glob("kubeconfig*")) == before  # noqa: S108
    assert list((state.pulumi / "home/tmp").iterdir()) == []
