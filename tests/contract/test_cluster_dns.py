"""The way to cluster DNS that every namespace of ours leaves open leads to the sandbox's DNS."""

from typing import Any

from sandbox.kubernetes.addons import coredns
from tests.infra import stacks
from tests.infra.values import Object

MANIFESTS = coredns.manifests(f"registry.k8s.io/coredns/coredns@{stacks.DIGEST}")


def manifest(kind: str) -> dict[str, Any]:
    (found,) = [one for one in MANIFESTS if one["kind"] == kind]
    return found


def open_ways() -> list[Object]:
    policies = [one.inputs["spec"] for one in stacks.platform().of("NetworkPolicy") if one.name.endswith("-dns")]
    return [rule for policy in policies for rule in policy["egress"]]


def test_the_policies_select_the_pods_that_answer() -> None:
    pods = manifest("Deployment")
    for rule in open_ways():
        (peer,) = rule["to"]
        assert peer["podSelector"]["matchLabels"].items() <= pods["spec"]["template"]["metadata"]["labels"].items()
        assert peer["namespaceSelector"]["matchLabels"] == {
            "kubernetes.io/metadata.name": pods["metadata"]["namespace"]
        }


def test_the_policies_name_the_ports_at_which_the_pods_listen() -> None:
    # A policy holds for the pod's port: the service's is translated before.
    (container,) = manifest("Deployment")["spec"]["template"]["spec"]["containers"]
    listening = {port["name"]: (port["protocol"], port["containerPort"]) for port in container["ports"]}
    behind_the_service = {listening[port["targetPort"]] for port in manifest("Service")["spec"]["ports"]}
    assert len(open_ways()) == len(stacks.platform().of("Namespace"))
    for rule in open_ways():
        assert {(port["protocol"], port["port"]) for port in rule["ports"]} == behind_the_service


def test_the_service_answers_where_every_pod_asks() -> None:
    assert {port["port"] for port in manifest("Service")["spec"]["ports"]} == {53}
