import pytest

from policies.rules.kubernetes.require_namespace import require_namespace as rule
from tests.policies.compliant import told
from tests.policies.judging import UNKNOWN, Change, drop, judge, put, violations


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"service": drop("metadata", "namespace")}, "Service 'app' has metadata.namespace None: name one of its own"),
        ({"service": put("metadata", "namespace", value="")}, "Service 'app' has metadata.namespace ''"),
        ({"job": put("metadata", "namespace", value="default")}, "Job 'app' has metadata.namespace 'default'"),
        ({"route": drop("metadata", "namespace")}, "or add 'IngressRoute' to this rule's list"),
    ],
)
def test_one_thing_wrong_is_named(changes: dict[str, Change], message: str) -> None:
    (said,) = told(rule, **changes)
    assert message in said


@pytest.mark.parametrize(
    "resource_type",
    [
        "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
        "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
        "kubernetes:argoproj.io/v1alpha1:ClusterAnalysisTemplate",
        "kubernetes:yaml/v2:ConfigGroup",
        "kubernetes:helm.sh/v4:Chart",
        "slipway:platform:Gateway",
        "pulumi:providers:kubernetes",
    ],
)
def test_what_belongs_to_no_namespace_needs_none(resource_type: str) -> None:
    assert violations(rule, {"metadata": {"name": "app"}}, resource_type) == []


def test_a_name_that_is_not_known_yet_does_not_hide_that_the_namespace_is_missing() -> None:
    said, unknown = judge(rule, {"metadata": {"name": UNKNOWN}}, "kubernetes:batch/v1:Job")
    assert [one.partition(":")[0] for one in said] == ["Job has metadata.namespace None"]
    assert unknown is None
