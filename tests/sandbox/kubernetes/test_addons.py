"""The add-ons' objects: what the policies ask of everyone else's workloads holds for them too."""

from typing import Any

import pytest

from sandbox.kubernetes import addons, addresses, pki
from sandbox.kubernetes.addons import coredns
from sandbox.kubernetes.layout import Layout
from tests.infra import stacks

POOLS = {"kind": "CustomResourceDefinition", "metadata": {"name": "nodepools.karpenter.sh"}}
IMAGES = {name: f"registry.k8s.io/{name}:v1@sha256:{'0' * 64}" for name in ("coredns", "metrics-server")}


@pytest.fixture
def manifests(layout: Layout) -> list[dict[str, Any]]:
    return addons.manifests(IMAGES, pki.make(layout), POOLS)


def pods(manifests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one["spec"]["template"]["spec"] for one in manifests if one["kind"] == "Deployment"]


def test_both_add_ons_are_there(manifests: list[dict[str, Any]]) -> None:
    assert [one["metadata"]["name"] for one in manifests if one["kind"] == "Deployment"] == [*IMAGES]


def test_their_pods_may_do_as_little_as_possible(manifests: list[dict[str, Any]]) -> None:
    for pod in pods(manifests):
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in pod["containers"]:
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["securityContext"]["allowPrivilegeEscalation"] is False


def test_their_containers_are_pinned_probed_and_limited(manifests: list[dict[str, Any]]) -> None:
    for pod in pods(manifests):
        for container in pod["containers"]:
            assert "@sha256:" in container["image"]
            assert {"readinessProbe", "livenessProbe"} <= set(container)
            assert {"requests", "limits"} == set(container["resources"])


def test_the_metrics_api_is_checked_by_certificate(manifests: list[dict[str, Any]]) -> None:
    service = next(one for one in manifests if one["kind"] == "APIService")["spec"]

    assert service["caBundle"]
    assert "insecureSkipTLSVerify" not in service
    assert "insecure" not in str(manifests)


def test_cluster_dns_may_listen_at_its_port_and_at_none_below(manifests: list[dict[str, Any]]) -> None:
    (dns,) = [pod for pod in pods(manifests) if "sysctls" in pod["securityContext"]]
    ports = [port["containerPort"] for port in dns["containers"][0]["ports"]]

    assert dns["securityContext"]["sysctls"] == [
        {"name": "net.ipv4.ip_unprivileged_port_start", "value": str(min(ports))}
    ]
    assert f".:{min(ports)} {{" in coredns.COREFILE


def test_cluster_dns_forwards_nothing() -> None:
    assert "forward" not in coredns.COREFILE
    assert "NXDOMAIN" in coredns.COREFILE


def test_every_workload_finds_its_account_and_every_service_its_pods(manifests: list[dict[str, Any]]) -> None:
    accounts = {one["metadata"]["name"] for one in manifests if one["kind"] == "ServiceAccount"}
    labels = [one["spec"]["template"]["metadata"]["labels"].items() for one in manifests if one["kind"] == "Deployment"]

    assert {pod["serviceAccountName"] for pod in pods(manifests)} == accounts
    for service in (one for one in manifests if one["kind"] == "Service"):
        assert any(service["spec"]["selector"].items() <= one for one in labels)


def test_a_node_class_of_the_platform_s_is_one(manifests: list[dict[str, Any]]) -> None:
    definition = next(one for one in manifests if one["metadata"]["name"] == "nodeclasses.eks.amazonaws.com")
    (version,) = definition["spec"]["versions"]
    known = version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    declared = stacks.platform("staging").one("NodeClass")
    assert declared["apiVersion"] == f"{definition['spec']['group']}/{version['name']}"
    assert set(declared["spec"]) <= set(known)
    assert set(declared["spec"]["ephemeralStorage"]) <= set(known["ephemeralStorage"]["properties"])
    assert declared["spec"]["networkPolicy"] in known["networkPolicy"]["enum"]


def test_pods_get_their_roles_from_aws_and_the_cluster_s_own_pods_need_none(manifests: list[dict[str, Any]]) -> None:
    (webhook,) = next(one for one in manifests if one["kind"] == "MutatingWebhookConfiguration")["webhooks"]
    assert webhook["clientConfig"]["url"] == addresses.PODS_URL
    assert webhook["clientConfig"]["caBundle"]
    (selected,) = webhook["namespaceSelector"]["matchExpressions"]
    assert (selected["operator"], selected["values"]) == ("NotIn", ["kube-system"])
    assert webhook["failurePolicy"] == "Ignore"  # without AWS there are pods all the same
