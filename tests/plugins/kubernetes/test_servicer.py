"""The plugin without a cluster."""

import threading
from collections.abc import Callable
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import grpc
import pytest
import yaml

from sandbox.plugins.kubernetes.configure import configured
from sandbox.plugins.kubernetes.creations import Creations
from sandbox.plugins.kubernetes.log import Log
from sandbox.plugins.kubernetes.servicer import Servicer
from sandbox.plugins.wire import Secret, Unknown

NOWHERE = yaml.safe_dump(
    {
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "namespace": "team"}}],
        "current-context": "x",
    }
)


@pytest.fixture
def plugin(serve_plugin: Callable[..., Any], creations: Creations) -> Any:
    served = serve_plugin(Servicer(creations))
    served.configure({"kubeconfig": NOWHERE, "namespace": "team"})
    return served


def test_a_cluster_that_does_not_answer_is_told_once(creations: Creations) -> None:
    log = Mock(spec=Log)
    session = configured({"kubeconfig": NOWHERE}, log, creations, threading.Event())
    (said,) = log.warn.call_args.args
    assert said.startswith("configured Kubernetes cluster is unreachable: ")
    assert "127.0.0.1" in said
    assert session.unreachable in said


def config_map(**more: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "data": {"k": "1"}, **more}


def test_the_plugins_version_is_that_of_the_sdk(plugin: Any) -> None:
    assert plugin.version() == version("pulumi-kubernetes")


def test_checked_inputs_have_name_and_namespace(plugin: Any) -> None:
    checked = plugin.check("kubernetes:core/v1:ConfigMap", "settings", config_map())
    assert checked["metadata"]["namespace"] == "team"
    assert checked["metadata"]["name"].startswith("settings-")
    assert checked["metadata"]["annotations"] == {"pulumi.com/autonamed": "true"}


def test_cluster_wide_kinds_have_no_namespace(plugin: Any) -> None:
    checked = plugin.check("kubernetes:core/v1:Namespace", "n", {"apiVersion": "v1", "kind": "Namespace"})
    assert "namespace" not in checked["metadata"]


def test_unknown_metadata_is_left_for_the_update(plugin: Any) -> None:
    inputs = config_map(metadata=Unknown())
    assert plugin.check("kubernetes:core/v1:ConfigMap", "settings", inputs) == inputs


def test_secrets_survive_the_check(plugin: Any) -> None:
    inputs = config_map(data={"k": Secret("x")}, metadata={"name": "a", "namespace": "b"})
    assert plugin.check("kubernetes:core/v1:ConfigMap", "settings", inputs) == inputs


def test_underscored_keys_of_schemas_survive_the_check(plugin: Any) -> None:
    schema = {"x_kubernetes_preserve_unknown_fields": True}
    inputs = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "a"},
        "spec": {"versions": [{"schema": {"openAPIV3Schema": schema}}]},
    }
    assert plugin.check("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", "crd", inputs) == inputs


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("waitFor", "someday", "'someday' is neither jsonpath"),
        ("waitFor", "[condition=Ready]", "'[condition=Ready]' is not a JSON list of texts; write it like"),
        ("timeoutSeconds", "soon", "'soon' is not understood; write a whole number of seconds, like '60'"),
        ("timeoutSeconds", "-1", "'-1' is not understood; write a whole number of seconds, like '60'"),
        ("timeoutSeconds", 60, "60 is not understood; write a whole number of seconds, like '60'"),
        ("skipAwait", "yes", "'yes' is not understood; write 'true' or 'false'"),
        ("replaceUnready", "1", "'1' is not understood; write 'true' or 'false'"),
        ("patchForce", "on", "'on' is not understood; write 'true' or 'false'"),
        ("patchFieldManager", "x" * 129, "write a name of at most 128 printable characters"),
        (
            "deletionPropagationPolicy",
            "later",
            "'later' is not understood; write one of background, foreground, orphan",
        ),
    ],
)
def test_a_wrong_annotation_is_told_before_anything_is_made(plugin: Any, key: str, value: Any, reason: str) -> None:
    inputs = config_map(metadata={"name": "a", "annotations": {f"pulumi.com/{key}": value}})
    refused = plugin.check("kubernetes:core/v1:ConfigMap", "settings", inputs)
    assert reason in refused.reasons[f"pulumi.com/{key}"]


def test_annotations_that_mean_something_pass_and_so_does_one_that_is_not_yet_known(plugin: Any) -> None:
    annotations = {
        "pulumi.com/waitFor": '["condition=Ready"]',
        "pulumi.com/timeoutSeconds": "60",
        "pulumi.com/skipAwait": "True",
        "pulumi.com/deletionPropagationPolicy": "Orphan",
        "pulumi.com/patchForce": Unknown(),
    }
    inputs = config_map(metadata={"name": "a", "namespace": "b", "annotations": annotations})
    assert plugin.check("kubernetes:core/v1:ConfigMap", "settings", inputs) == inputs


def test_a_provider_that_the_stand_in_cannot_be_is_refused(plugin: Any) -> None:
    refused = plugin.check_config({"enableServerSideApply": "false"})
    assert list(refused.reasons) == ["enableServerSideApply"]


def test_a_preview_without_a_cluster_shows_the_inputs(plugin: Any) -> None:
    made = plugin.create("kubernetes:core/v1:ConfigMap", "settings", config_map(), preview=True)
    assert made.outputs == made.inputs


def test_an_update_without_a_cluster_is_refused_and_touches_nothing(plugin: Any) -> None:
    with pytest.raises(grpc.RpcError, match=r"cluster is unreachable: .*127\.0\.0\.1:1") as failure:
        plugin.create("kubernetes:core/v1:ConfigMap", "settings", config_map())
    assert failure.value.code() is grpc.StatusCode.FAILED_PRECONDITION


def test_what_only_the_official_plugin_can_do_is_refused_by_name(plugin: Any) -> None:
    with pytest.raises(grpc.RpcError, match=r"kubernetes:yaml:decode: the stand-in .* declare the resources"):
        plugin.invoke("kubernetes:yaml:decode", {"text": ""})


def test_a_cluster_that_is_gone_for_good_can_be_forgotten(
    serve_plugin: Callable[..., Any], creations: Creations
) -> None:
    plugin = serve_plugin(Servicer(creations))
    plugin.configure({"kubeconfig": NOWHERE, "deleteUnreachable": "true"})
    where = {"token": "kubernetes:core/v1:ConfigMap", "name": "settings", "id": "team/settings"}
    made = SimpleNamespace(**where, inputs=config_map(), outputs=config_map())
    assert plugin.read(made) is None
    plugin.delete(made)
