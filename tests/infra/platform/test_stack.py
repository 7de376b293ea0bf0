from infra.shared.vocabulary import PLATFORM_NAMESPACES
from tests.infra import stacks


def test_every_controller_runs_in_a_namespace_for_its_own_work() -> None:
    found = {one.name: one.inputs["metadata"]["namespace"] for one in stacks.platform().of("Deployment")}
    assert found == {
        "traefik": "gateway",
        "argo-rollouts": "argo-rollouts",
        "prometheus-operator": "monitoring",
        "keda-operator": "keda",
        "keda-metrics-apiserver": "keda",
    }


def test_each_namespace_can_hold_an_upgrade() -> None:
    quota = stacks.platform().one("ResourceQuota", "gateway-quota")["spec"]["hard"]
    replicas = stacks.platform().one("Deployment", "traefik")["spec"]["replicas"]
    assert int(quota["pods"]) >= replicas + 1
    for name, pods in (("argo-rollouts", 2), ("keda", 4), ("monitoring", 4)):
        assert stacks.platform().one("ResourceQuota", f"{name}-quota")["spec"]["hard"]["pods"] == str(pods)


def test_what_the_platform_runs_in_is_no_serving_stacks_to_have() -> None:
    ours = {one.inputs["metadata"]["name"] for one in stacks.platform().of("Namespace")}
    assert ours - {"serving", "trial", "staging", "prod"} <= set(PLATFORM_NAMESPACES)
