"""Single updates against the real API server, of objects that others write, too."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest

pytestmark = pytest.mark.cluster

CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
DEFINITION = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
SPLIT = "kubernetes:tests.example.com/v1:Split"
PLURAL = "splits.tests.example.com"
IGNORED = ["spec.weighted.services"]


def config_map(name: str, annotations: dict[str, str] | None = None, **data: str) -> dict[str, Any]:
    metadata = {"name": name, **({"annotations": annotations} if annotations else {})}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def definition(*, sticky: bool = False) -> dict[str, Any]:
    """A type like Traefik's TraefikService: a list without markers, which has one owner as a whole."""
    service = {"type": "object", "properties": {"name": {"type": "string"}, "weight": {"type": "integer"}}}
    properties = {"services": {"type": "array", "items": service}} | ({"sticky": {"type": "boolean"}} if sticky else {})
    weighted = {"type": "object", "properties": properties}
    spec = {"type": "object", "properties": {"weighted": weighted}}
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": PLURAL},
        "spec": {
            "group": "tests.example.com",
            "scope": "Namespaced",
            "names": {"plural": "splits", "singular": "split", "kind": "Split"},
            "versions": [version],
        },
    }


def split(**labels: str) -> dict[str, Any]:
    services = [{"name": "stable"}, {"name": "canary"}]
    metadata = {"name": "web", "labels": labels}
    return {"apiVersion": "tests.example.com/v1", "kind": "Split", "metadata": metadata,
            "spec": {"weighted": {"services": services}}}  # fmt: skip


@pytest.fixture
def defined(plugin: Any, run_kubectl: Callable[..., str]) -> Iterator[Any]:
    """The definition of Split, as the plugin has made it."""
    run_kubectl("delete", "crd", PLURAL, "--ignore-not-found", "--wait")
    yield plugin.create(DEFINITION, "splits", definition())
    run_kubectl("delete", "crd", PLURAL, "--ignore-not-found", "--wait")


@pytest.fixture
def kubectl(run_kubectl: Callable[..., str], space: str) -> Callable[..., str]:
    return lambda *arguments: run_kubectl("-n", space, *arguments)


@pytest.mark.parametrize("refreshed", [True, False])
def test_a_changed_label_leaves_the_weights_to_the_controller_that_wrote_them(
    plugin: Any, defined: Any, kubectl: Callable[..., str], refreshed: bool
) -> None:
    made = plugin.create(SPLIT, "web", split(team="a"))
    weights = [{"name": "stable", "weight": 90}, {"name": "canary", "weight": 10}]
    patch = json.dumps({"spec": {"weighted": {"services": weights}}})
    kubectl("patch", "split", "web", "--type=merge", "--field-manager=controller", f"--patch={patch}")
    if refreshed:
        made = plugin.read(made)

    planned = plugin.update(made, split(team="b"), preview=True, ignored=IGNORED)
    updated = plugin.update(made, split(team="b"), ignored=IGNORED)

    live = json.loads(kubectl("get", "split", "web", "-o", "json"))
    assert live["spec"]["weighted"]["services"] == weights
    assert live["metadata"]["labels"] == {"team": "b"}
    assert [each.outputs["spec"]["weighted"]["services"] for each in (planned, updated)] == [weights, weights]


def test_a_definition_is_updated_in_place_and_keeps_its_objects(
    plugin: Any, defined: Any, kubectl: Callable[..., str]
) -> None:
    plugin.create(SPLIT, "web", split())
    sticky = "spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.weighted.properties.sticky"
    assert plugin.diff(defined, definition(sticky=True)).changes == {sticky: "ADD"}

    plugin.update(defined, definition(sticky=True), preview=True)
    assert "sticky" not in kubectl("get", "crd", PLURAL, "-o", "json")
    kubectl("label", "crd", PLURAL, "written=meanwhile")
    updated = plugin.update(defined, definition(sticky=True))

    assert plugin.diff(updated, definition(sticky=True)).changes == {}
    kubectl("patch", "split", "web", "--type=merge", '--patch={"spec":{"weighted":{"sticky":true}}}')
    assert kubectl("get", "split", "web", "-o", "jsonpath={.spec.weighted.sticky}") == "true"


def test_a_field_of_somebody_else_is_a_conflict_unless_the_program_forces(
    configured: Callable[..., Any], kubectl: Callable[..., str]
) -> None:
    plugin = configured(enableConfigMapMutable="true")
    made = plugin.create(CONFIG_MAP, "shared", config_map("shared", k="1"))
    kubectl("label", "configmap", "shared", "team=theirs", "--field-manager=other")
    labelled = config_map("shared", k="1")
    labelled["metadata"]["labels"] = {"team": "ours"}

    with pytest.raises(grpc.RpcError, match=r'conflict with "other".*\.metadata\.labels\.team'):
        plugin.update(made, labelled)
    assert kubectl("get", "configmap", "shared", "-o", "jsonpath={.metadata.labels.team}") == "theirs"

    labelled["metadata"]["annotations"] = {"pulumi.com/patchForce": "true"}
    plugin.update(made, labelled)
    assert kubectl("get", "configmap", "shared", "-o", "jsonpath={.metadata.labels.team}") == "ours"


def test_an_existing_object_is_taken_if_the_provider_allows_it(
    configured: Callable[..., Any], kubectl: Callable[..., str]
) -> None:
    kubectl("create", "configmap", "existing", "--from-literal=theirs=1")
    plugin = configured(upsertExistingObjects="true")

    made = plugin.create(CONFIG_MAP, "existing", config_map("existing", ours="2"))

    assert kubectl("get", "configmap", "existing", "-o", "jsonpath={.data}") == '{"ours":"2","theirs":"1"}'
    plugin.delete(made)
    assert kubectl("get", "configmap", "existing", "--ignore-not-found") == ""
