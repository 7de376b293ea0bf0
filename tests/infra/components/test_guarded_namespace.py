import pytest

from tests.infra import stacks
from tests.infra.values import Object


@pytest.mark.parametrize("name", ["gateway", "argo-rollouts"])
def test_pods_are_held_to_the_restricted_level_of_a_pinned_version(name: str) -> None:
    labels: Object = stacks.platform().one("Namespace", name)["metadata"]["labels"]
    for mode in ("enforce", "audit", "warn"):
        assert labels[f"pod-security.kubernetes.io/{mode}"] == "restricted"
        assert labels[f"pod-security.kubernetes.io/{mode}-version"] == "v1.35"


@pytest.mark.parametrize("name", ["gateway", "argo-rollouts"])
def test_nothing_flows_but_dns_unless_it_is_declared(name: str) -> None:
    deny: Object = stacks.platform().one("NetworkPolicy", f"{name}-deny")["spec"]
    assert deny == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    dns: Object = stacks.platform().one("NetworkPolicy", f"{name}-dns")["spec"]
    (rule,) = dns["egress"]
    assert {port["port"] for port in rule["ports"]} == {53}
    assert rule["to"][0]["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "kube-system"}


def test_its_objects_are_inside_it() -> None:
    for kind in ("ResourceQuota", "LimitRange", "NetworkPolicy"):
        for resource in stacks.serving().of(kind):
            assert resource.inputs["metadata"]["namespace"] == "serving"
            assert "serving" in resource.dependencies
