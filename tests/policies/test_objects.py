import pytest

from policies import objects
from tests.policies.judging import Object

NAMED: Object = {"metadata": {"name": "app"}}


@pytest.mark.parametrize(
    ("resource_type", "group", "kind"),
    [
        ("kubernetes:core/v1:Pod", "core", "Pod"),
        ("kubernetes:v1:Pod", "core", "Pod"),  # a CustomResource of apiVersion v1
        ("kubernetes:apps/v1:Deployment", "apps", "Deployment"),
        ("kubernetes:apps/v1beta2:Deployment", "apps", "Deployment"),
        ("kubernetes:apps/v1:DeploymentPatch", "apps", "Deployment"),
        ("kubernetes:argoproj.io/v1alpha1:Rollout", "argoproj.io", "Rollout"),
        ("kubernetes:example.com/v1:Patch", "example.com", "Patch"),
        ("kubernetes:example.com/v1:AllowList", "example.com", "AllowList"),
    ],
)
def test_an_object_is_known_by_group_and_kind(resource_type: str, group: str, kind: str) -> None:
    (found,) = objects.declared(resource_type, NAMED)
    assert (found.group, found.kind, found.name, found.namespace) == (group, kind, "app", None)


@pytest.mark.parametrize(
    ("resource_type", "item"),
    [
        ("kubernetes:apps/v1:DeploymentList", NAMED),
        ("kubernetes:core/v1:List", NAMED | {"apiVersion": "apps/v1", "kind": "Deployment"}),
    ],
)
def test_a_list_is_its_items(resource_type: str, item: Object) -> None:
    found = list(objects.declared(resource_type, {"items": [item, item]}))
    assert [(one.group, str(one)) for one in found] == [("apps", "Deployment 'app'")] * 2


@pytest.mark.parametrize(
    "resource_type",
    ["aws:s3/bucket:Bucket", "kubernetes:helm.sh/v3:Release", "kubernetes:yaml:ConfigFile", "pulumi:pulumi:Stack", "x"],
)
def test_what_is_no_object_is_none(resource_type: str) -> None:
    assert list(objects.declared(resource_type, NAMED)) == []
