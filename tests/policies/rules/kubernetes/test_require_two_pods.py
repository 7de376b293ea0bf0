import pytest

from policies.rules.kubernetes.require_two_pods import require_two_pods as rule
from tests.policies.compliant import told
from tests.policies.judging import Change, Declared, Object, drop, put


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put("spec", "minReplicas", value=1.0), "HorizontalPodAutoscaler 'app' has spec.minReplicas 1: set it to 2"),
        (drop("spec", "minReplicas"), "has spec.minReplicas 1: set it to 2 or above"),
        (put("spec", "minReplicas", value="many"), "has spec.minReplicas 0: set it to 2"),
    ],
)
def test_one_thing_wrong_is_named(change: Change, message: str) -> None:
    (said,) = told(rule, autoscaler=change)
    assert message in said


@pytest.mark.parametrize(
    ("spec", "number"),
    [({"minReplicaCount": 1.0}, 1), ({}, 0), ({"minReplicas": 2.0}, 0), ({"minReplicaCount": 2}, None)],
)
def test_kedas_autoscaler_is_one_too(spec: Object, number: int | None) -> None:
    scaled = Declared(
        "kubernetes:keda.sh/v1alpha1:ScaledObject",
        "scaled",
        {"metadata": {"name": "app", "namespace": "serving"}, "spec": spec},
    )
    expected = [f"ScaledObject 'app' has spec.minReplicaCount {number}: set it to 2 or above"]
    assert told(rule, scaled) == ([] if number is None else expected)
