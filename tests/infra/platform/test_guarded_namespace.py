import pytest

from tests.infra import stacks
from tests.infra.recording import Recording
from tests.infra.values import Object


def guards(namespace: str) -> set[str]:
    policies = {f"NetworkPolicy {namespace}-deny", f"NetworkPolicy {namespace}-dns"}
    return {f"ResourceQuota {namespace}-quota", f"LimitRange {namespace}-limits"} | policies


def namespaces(recording: Recording) -> dict[str, str]:
    """Logical names of the namespaces, by the names that they have in the cluster."""
    return {one.inputs["metadata"]["name"]: one.name for one in recording.of("Namespace")}


@pytest.mark.parametrize("name", ["gateway", "argo-rollouts", "keda", "monitoring", "serving", "trial"])
def test_pods_are_held_to_the_restricted_level_of_a_pinned_version(name: str) -> None:
    labels: Object = stacks.platform().one("Namespace", name)["metadata"]["labels"]
    for mode in ("enforce", "audit", "warn"):
        assert labels[f"pod-security.kubernetes.io/{mode}"] == "restricted"
        assert labels[f"pod-security.kubernetes.io/{mode}-version"] == "v1.35"


@pytest.mark.parametrize("name", ["gateway", "argo-rollouts", "keda", "monitoring", "serving", "trial"])
def test_nothing_flows_but_dns_unless_it_is_declared(name: str) -> None:
    deny: Object = stacks.platform().one("NetworkPolicy", f"{name}-deny")["spec"]
    assert deny == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    dns: Object = stacks.platform().one("NetworkPolicy", f"{name}-dns")["spec"]
    (rule,) = dns["egress"]
    assert {port["port"] for port in rule["ports"]} == {53}
    assert rule["to"][0]["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "kube-system"}


def test_whatever_is_inside_comes_after_its_guards_and_goes_before_them() -> None:
    platform = stacks.platform()
    names = namespaces(platform)
    inside = [one for one in platform.resources if one.inputs.get("metadata", {}).get("namespace") in names]
    guarded = [one for one in inside if str(one) not in set[str]().union(*map(guards, names.values()))]
    assert len(guarded) > len(names)
    for resource in guarded:
        name = names[resource.inputs["metadata"]["namespace"]]
        assert {f"Namespace {name}", *guards(name)} <= resource.dependencies, str(resource)


def test_the_guards_are_inside_and_need_the_namespace_alone_so_it_goes_last() -> None:
    for namespace, name in namespaces(stacks.platform()).items():
        found = [one for one in stacks.platform().resources if str(one) in guards(name)]
        assert [one.dependencies for one in found] == [{f"Namespace {name}"}] * len(guards(name))
        assert {one.inputs["metadata"]["namespace"] for one in found} == {namespace}


def test_look_ups_may_also_go_to_networks_that_the_stack_names() -> None:
    config = stacks.platform_configuration()
    config["slipway-platform:foundation"]["local"]["dns"] = ["169.254.20.10/32"]
    platform = stacks.platform_with(config)
    for name in ("gateway", "argo-rollouts", "serving"):
        (rule,) = platform.one("NetworkPolicy", f"{name}-dns")["spec"]["egress"]
        assert rule["to"][1:] == [{"ipBlock": {"cidr": "169.254.20.10/32"}}]
        assert len(stacks.platform().one("NetworkPolicy", f"{name}-dns")["spec"]["egress"][0]["to"]) == 1
