import pytest

from policies.rules.kubernetes.forbid_unseen_pods import forbid_unseen_pods as rule
from tests.policies.compliant import told
from tests.policies.judging import ROLLOUT, UNKNOWN, Object, deployment, judge, pod, violations

TEMPLATE: Object = {"template": {"spec": pod()}}
METADATA: Object = {"name": "app", "namespace": "serving"}
IN = "of group 'example.com' holds containers at"


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []
    assert violations(rule, deployment(), ROLLOUT) == []


@pytest.mark.parametrize(
    ("resource_type", "props", "message"),
    [
        ("kubernetes:example.com/v1:Thing", {"spec": TEMPLATE}, f"kind 'Thing' {IN} spec.template.spec.containers,"),
        ("kubernetes:example.com/v1:Things", {"spec": {"all": [TEMPLATE, TEMPLATE]}}, "spec.all[].template.spec.con"),
        ("kubernetes:example.com/v1:ThingList", {"items": [{"spec": TEMPLATE}]}, f"kind 'Thing' {IN} spec.template"),
        ("kubernetes:example.com/v1:SideCars", {"spec": {"initContainers": [{"name": "a"}]}}, "at spec.initContainers"),
        ("kubernetes:apps.kruise.io/v1beta1:StatefulSet", {"spec": TEMPLATE}, "of group 'apps.kruise.io'"),
        (
            "kubernetes:argoproj.io/v1alpha1:Workflow",
            {"spec": {"templates": [{"container": {"image": "a:latest"}}]}},
            "at spec.templates[].container, where no rule looks: add the kind to PODS in policies/workloads.py",
        ),
        ("kubernetes:helm.sh/v3:Release", {"chart": "a"}, "use kubernetes:helm.sh/v4:Chart"),
    ],
)
def test_one_thing_wrong_is_named(resource_type: str, props: Object, message: str) -> None:
    (said,) = violations(rule, props, resource_type)
    assert message in said


@pytest.mark.parametrize("kind", ["Alertmanager", "Prometheus", "PrometheusAgent", "ThanosRuler"])
def test_patches_of_containers_that_an_operator_writes_are_looked_at_elsewhere(kind: str) -> None:
    props: Object = {"metadata": METADATA, "spec": {"containers": [{"name": "prometheus"}]}}
    assert violations(rule, props, f"kubernetes:monitoring.coreos.com/v1:{kind}") == []


def test_the_schema_of_a_kind_is_no_pod() -> None:
    schema: Object = {"properties": {"containers": {"type": "array"}, "container": {"properties": {"image": {}}}}}
    props: Object = {"spec": {"versions": [{"schema": {"openAPIV3Schema": schema | {"required": ["containers"]}}}]}}
    assert violations(rule, props, "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition") == []


def test_an_unknown_value_does_not_hide_containers_beside_it() -> None:
    said, unknown = judge(rule, {"spec": {"a": UNKNOWN, "b": TEMPLATE}}, "kubernetes:example.com/v1:Thing")
    assert len(said) == 1
    assert unknown
