import pytest

from policies.rules.stack.require_disruption_budget import require_disruption_budget as rule
from tests.policies.compliant import stack, told
from tests.policies.judging import ROLLOUT, UNKNOWN, Change, Declared, Object, deployment, drop, judge_stack, put

NONE = "and no PodDisruptionBudget of this stack selects them: declare one"
REFERENCE: Object = {"workloadRef": {"kind": "Deployment", "name": "app"}}


def rollout(spec: Object) -> Declared:
    return Declared(ROLLOUT, "rollout", {"metadata": {"name": "app", "namespace": "serving"}, "spec": spec})


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []
    assert told(rule, budget=put("spec", value={"minAvailable": 1.0, "selector": {"matchLabels": {}}})) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"budget": None}, f"Deployment 'app' has 2 pods or more, {NONE}"),
        ({"budget": put("spec", "selector", "matchLabels", value={"app": "other"})}, NONE),
        ({"budget": put("metadata", "namespace", value="elsewhere")}, NONE),
        (
            {"budget": None, "deployment": put("spec", "replicas", value=1.0)},
            f"Deployment 'app' has 2 pods or more, {NONE}",
        ),
        ({"budget": None, "autoscaler": None}, NONE),
        ({"budget": put("spec", "maxUnavailable", value=0.0)}, "lets no pod of Deployment 'app' go, so no node can be"),
        ({"budget": put("spec", "maxUnavailable", value="0%")}, "lets no pod of"),
        ({"budget": put("spec", "minAvailable", value=2.0)}, "lets no pod of"),
        ({"budget": put("spec", "minAvailable", value="100%")}, "lets no pod of"),
        ({"budget": put("spec", "maxUnavailable", value=2.0)}, "lets all pods of Deployment 'app' go at once"),
        ({"budget": put("spec", "maxUnavailable", value="100%")}, "lets all pods of"),
        ({"budget": put("spec", "minAvailable", value="0%")}, "lets all pods of"),
    ],
)
def test_one_thing_wrong_is_named(changes: dict[str, Change | None], message: str) -> None:
    (said,) = told(rule, **changes)
    assert message in said


@pytest.mark.parametrize("replicas", [0.0, 1.0])
def test_a_workload_of_one_pod_or_none_needs_no_budget(replicas: float) -> None:
    assert told(rule, budget=None, autoscaler=None, deployment=put("spec", "replicas", value=replicas)) == []


@pytest.mark.parametrize(
    "resource_type",
    [
        "kubernetes:apps/v1:Deployment",
        "kubernetes:apps/v1:ReplicaSet",
        "kubernetes:apps/v1:StatefulSet",
        "kubernetes:argoproj.io/v1alpha1:Rollout",
        "kubernetes:core/v1:ReplicationController",
    ],
)
def test_whatever_keeps_a_number_of_pods_needs_one(resource_type: str) -> None:
    (said,) = judge_stack(rule, [Declared(resource_type, "many", deployment())])[0]
    assert said.startswith(f"{resource_type.rpartition(':')[2]} 'app' has 2 pods or more, {NONE}")


def test_a_workload_that_does_not_say_its_number_has_one_pod() -> None:
    assert told(rule, budget=None, autoscaler=None, deployment=drop("spec", "replicas")) == []
    assert told(rule, budget=None, autoscaler=drop("spec", "minReplicas"), deployment=drop("spec", "replicas")) == []


def test_kedas_autoscaler_says_how_many_pods_there_are() -> None:
    scaled = Declared(
        "kubernetes:keda.sh/v1alpha1:ScaledObject",
        "scaled",
        {
            "metadata": {"name": "app", "namespace": "serving"},
            "spec": {"minReplicaCount": 3.0, "scaleTargetRef": {"kind": "Deployment", "name": "app"}},
        },
    )
    one_pod = put("spec", "replicas", value=1.0)
    (said,) = told(rule, scaled, autoscaler=None, budget=None, deployment=one_pod)
    assert said.startswith("Deployment 'app' has 3 pods or more")
    scaled.props["spec"]["minReplicaCount"] = 1.0
    assert told(rule, scaled, autoscaler=None, budget=None, deployment=one_pod) == []


def test_a_rollout_is_judged_by_the_template_that_it_refers_to() -> None:
    scaled: dict[str, Change] = {
        "deployment": put("spec", "replicas", value=0.0),
        "autoscaler": put("spec", "scaleTargetRef", "kind", value="Rollout"),
    }
    assert told(rule, rollout(REFERENCE), **scaled) == []
    (said,) = told(rule, rollout(REFERENCE), **scaled, budget=None)
    assert f"Rollout 'app' has 2 pods or more, {NONE}" in said
    (said,) = told(rule, rollout({"workloadRef": {"kind": "Deployment", "name": "other"}}), **scaled)
    assert f"Rollout 'app' has 2 pods or more, {NONE}" in said


def test_a_budget_that_is_not_known_yet_does_not_hide_what_another_does() -> None:
    hidden = Declared("kubernetes:policy/v1:PodDisruptionBudget", "hidden", {"metadata": UNKNOWN})
    said, unknown = judge_stack(rule, stack(hidden, budget=put("spec", "maxUnavailable", value=0.0)))
    assert len(said) == 1
    assert unknown
