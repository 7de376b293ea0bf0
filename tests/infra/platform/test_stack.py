from infra.shared.vocabulary import PLATFORM_NAMESPACES
from tests.infra import stacks


def test_both_controllers_run_in_namespaces_of_their_own() -> None:
    found = {one.name: one.inputs["metadata"]["namespace"] for one in stacks.platform().of("Deployment")}
    assert found == {"traefik": "gateway", "argo-rollouts": "argo-rollouts"}


def test_each_namespace_can_hold_an_upgrade() -> None:
    quota = stacks.platform().one("ResourceQuota", "gateway-quota")["spec"]["hard"]
    replicas = stacks.platform().one("Deployment", "traefik")["spec"]["replicas"]
    assert int(quota["pods"]) >= replicas + 1
    assert stacks.platform().one("ResourceQuota", "argo-rollouts-quota")["spec"]["hard"]["pods"] == "2"


def test_what_the_platform_runs_in_is_no_serving_stacks_to_have() -> None:
    ours = {one.inputs["metadata"]["name"] for one in stacks.platform().of("Namespace")}
    assert ours - {"serving", "trial"} <= set(PLATFORM_NAMESPACES)
