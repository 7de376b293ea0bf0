"""Single operations against the real API server, called as the engine calls them."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2

from sandbox.plugins.wire import Secret, Unknown, plain
from tests.plugins.partial_failures import init_failure

pytestmark = pytest.mark.cluster

CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
JOB = "kubernetes:batch/v1:Job"
SECRET = "kubernetes:core/v1:Secret"  # noqa: S105 (a type, not a password)


def config_map(name: str = "", **data: Any) -> dict[str, Any]:
    metadata = {"metadata": {"name": name}} if name else {}
    return {"apiVersion": "v1", "kind": "ConfigMap", **metadata, "data": data}


def deployment(name: str, image: str, **pod: Any) -> dict[str, Any]:
    labels = {"app": name}
    container = {"name": "c", "image": image, "imagePullPolicy": "Never", "command": ["sleep", "1000"]}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [container], "terminationGracePeriodSeconds": 0, **pod},
    }
    spec = {"selector": {"matchLabels": labels}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}


def test_a_preview_makes_nothing_and_knows_what_the_server_would_fill_in(plugin: Any, space: str) -> None:
    made = plugin.create("kubernetes:core/v1:Service", "svc", {
        "apiVersion": "v1", "kind": "Service", "spec": {"ports": [{"port": 80}]},
    }, preview=True)  # fmt: skip
    assert made.id == ""
    assert made.outputs["spec"]["type"] == "ClusterIP"
    assert "status" not in made.outputs
    assert plugin.imported("kubernetes:core/v1:Service", "svc", f"{space}/{made.inputs['metadata']['name']}") is None


def test_a_preview_with_unknown_inputs_gives_them_back(plugin: Any) -> None:
    made = plugin.create(CONFIG_MAP, "later", config_map("later", k=Unknown()), preview=True)
    assert made.outputs == made.inputs
    assert made.outputs["data"] == {"k": Unknown()}


def test_a_misspelt_field_is_refused_before_anything_is_made(plugin: Any, space: str) -> None:
    wrong = {**config_map("wrong", k="1"), "dota": "1"}
    for preview in (True, False):
        with pytest.raises(grpc.RpcError, match=r"unknown field.*dota") as failure:
            plugin.create(CONFIG_MAP, "wrong", wrong, preview=preview)
        assert failure.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert plugin.imported(CONFIG_MAP, "wrong", f"{space}/wrong") is None


def test_an_imported_object_needs_no_change(plugin: Any, space: str) -> None:
    made = plugin.create(CONFIG_MAP, "source", config_map("source", k="1"))
    found = plugin.imported(CONFIG_MAP, "source", made.id)
    assert found.inputs == {
        "apiVersion": "v1", "kind": "ConfigMap", "data": {"k": "1"}, "metadata": {"name": "source", "namespace": space},
    }  # fmt: skip
    assert plugin.diff(found, config_map("source", k="1")).changes == {}


def test_zero_values_that_the_server_leaves_out_never_show_as_changes(plugin: Any, image: str) -> None:
    declared = deployment("zeros", image, hostNetwork=False, dnsConfig={}, hostAliases=[])
    declared["spec"] |= {"replicas": 0, "minReadySeconds": 0, "paused": False}
    made = plugin.create(DEPLOYMENT, "zeros", declared)
    assert plugin.diff(made, declared).changes == {}
    read = plugin.read(made)
    assert plugin.diff(read, declared).changes == {}
    assert plugin.diff(read, {**declared, "spec": {**declared["spec"], "minReadySeconds": 5}}).changes == {
        "spec.minReadySeconds": "ADD"
    }


def test_an_object_whose_creation_was_interrupted_can_be_adopted(plugin: Any, image: str) -> None:
    declared = deployment("adopted", image, hostNetwork=False)
    declared["spec"]["replicas"] = 0
    made = plugin.create(DEPLOYMENT, "adopted", declared)
    adopted = plugin.read(replace(made, outputs=made.inputs))
    assert plugin.diff(adopted, declared).changes == {}
    assert adopted.outputs["__inputs"] == adopted.inputs


def test_an_object_of_which_nobody_manages_a_field_can_be_adopted_too(plugin: Any) -> None:
    bare = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "bare"}}
    made = plugin.create("kubernetes:core/v1:ServiceAccount", "bare", bare)
    assert not made.outputs["metadata"].get("managedFields")
    assert plugin.read(replace(made, outputs=made.inputs))


def test_a_secret_is_secret_wherever_it_comes_from(plugin: Any, run_kubectl: Callable[..., str], space: str) -> None:
    made = plugin.create(SECRET, "open", {
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "open"}, "stringData": {"p": "not marked"},
    })  # fmt: skip
    assert isinstance(made.inputs["data"], Secret)
    assert isinstance(made.outputs["data"], Secret)
    assert isinstance(made.outputs["__inputs"]["data"], Secret)
    assert isinstance(plugin.imported(SECRET, "open", made.id).outputs["data"], Secret)


def test_a_secret_in_another_kind_stays_one(plugin: Any) -> None:
    made = plugin.create(CONFIG_MAP, "hidden", config_map("hidden", k=Secret("x"), open="y"))
    assert made.outputs["data"] == {"k": Secret("x"), "open": "y"}
    assert plugin.read(made).inputs["data"] == {"k": Secret("x"), "open": "y"}


def test_a_deleted_object_is_gone_and_may_be_deleted_again(plugin: Any) -> None:
    made = plugin.create(CONFIG_MAP, "short", config_map("short", k="1"))
    plugin.delete(made)
    assert plugin.read(made) is None
    plugin.delete(made)


def test_a_patch_manages_only_its_own_fields(plugin: Any, space: str, run_kubectl: Callable[..., str]) -> None:
    run_kubectl("-n", space, "create", "configmap", "foreign", "--from-literal=theirs=1")
    made = plugin.create("kubernetes:core/v1:ConfigMapPatch", "patch", config_map("foreign", ours="2"))
    read = "jsonpath={.data}"
    assert run_kubectl("-n", space, "get", "configmap", "foreign", "-o", read) == '{"ours":"2","theirs":"1"}'
    plugin.delete(made)
    assert run_kubectl("-n", space, "get", "configmap", "foreign", "-o", read) == '{"theirs":"1"}'


def test_a_cancelled_update_records_what_it_made(plugin: Any, space: str) -> None:
    failures: list[grpc.RpcError] = []

    def create() -> None:
        try:
            plugin.create(DEPLOYMENT, "stuck", deployment("stuck", "localhost/absent:1"))
        except grpc.RpcError as error:
            failures.append(error)

    waiting = threading.Thread(target=create)
    waiting.start()
    while plugin.imported(DEPLOYMENT, "stuck", f"{space}/stuck") is None:
        time.sleep(0.1)
    plugin.stub.Cancel(empty_pb2.Empty())
    waiting.join(timeout=300)
    failure = init_failure(failures[0])
    assert failures[0].code() is grpc.StatusCode.UNKNOWN
    assert failure.id == f"{space}/stuck"
    assert "cancelled for 'stuck'" in failure.reasons[0]
    assert failure.properties["__fieldManager"]


def test_what_holds_a_deletion_back_is_told(plugin: Any, space: str, run_kubectl: Callable[..., str]) -> None:
    held = config_map("held", k="1")
    held["metadata"] |= {"finalizers": ["example.com/hold"], "annotations": {"pulumi.com/timeoutSeconds": "1"}}
    made = plugin.create(CONFIG_MAP, "held", held)
    with pytest.raises(grpc.RpcError) as failure:
        plugin.delete(made)
    assert failure.value.details() == "'held' timed out waiting to be deleted; finalizers are left: example.com/hold"
    run_kubectl(
        "-n", space, "patch", "configmap", "held", "--type=json", '-p=[{"op":"remove","path":"/metadata/finalizers"}]'
    )


def test_a_job_that_did_not_end_well_is_replaced_if_the_program_wants_it(plugin: Any, image: str) -> None:
    container = {"name": "c", "image": image, "imagePullPolicy": "Never", "command": ["false"]}
    wanted = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "once", "annotations": {"pulumi.com/replaceUnready": "true"}},
        "spec": {"backoffLimit": 0, "template": {"spec": {"restartPolicy": "Never", "containers": [container]}}},
    }
    with pytest.raises(grpc.RpcError) as failure:
        plugin.create(JOB, "once", wanted)
    failed = init_failure(failure.value)
    answer = plugin.stub.Diff(
        provider_pb2.DiffRequest(
            id=failed.id, urn=f"urn:pulumi:test::tests::{JOB}::once", olds=failed.properties,
            news=failed.properties.fields["__inputs"].struct_value,
        )
    )  # fmt: skip
    assert list(answer.replaces) == ['metadata.annotations["pulumi.com/replaceUnready"]']
    assert answer.deleteBeforeReplace


@pytest.mark.parametrize("kind", ["StatefulSet", "DaemonSet"])
def test_other_workloads_are_awaited_too(plugin: Any, image: str, kind: str) -> None:
    wanted = {**deployment(kind.lower(), image), "kind": kind}
    made = plugin.create(f"kubernetes:apps/v1:{kind}", kind.lower(), wanted)
    status = plain(made.outputs)["status"]
    assert status.get("readyReplicas") == 1 or status.get("numberAvailable") == 1
    plugin.delete(made)


def test_the_program_can_say_what_live_means(plugin: Any, image: str) -> None:
    pod = {"name": "c", "image": image, "imagePullPolicy": "Never", "command": ["sleep", "1000"]}
    wanted = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "told", "annotations": {"pulumi.com/waitFor": "jsonpath={.status.podIP}"}},
        "spec": {"containers": [pod], "terminationGracePeriodSeconds": 0},
    }
    made = plugin.create("kubernetes:core/v1:Pod", "told", wanted)
    assert plain(made.outputs)["status"]["podIP"]


def test_data_may_be_updated_in_place_where_the_provider_allows_it(
    configured: Callable[..., Any],
) -> None:
    plugin = configured(enableConfigMapMutable="true")
    made = plugin.create(CONFIG_MAP, "mutable", config_map("mutable", k="1"))
    diff = plugin.diff(made, config_map("mutable", k="2"))
    assert diff.changes == {"data.k": "UPDATE"}
    assert not diff.replaces
    assert plugin.update(made, config_map("mutable", k="2")).outputs["data"] == {"k": "2"}
