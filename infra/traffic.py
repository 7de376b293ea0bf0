"""Rules of NetworkPolicies, in the two forms that are needed: to an address, and between pods."""

from typing import TypeAlias

import pulumi
from pulumi_kubernetes.meta.v1 import LabelSelectorArgsDict
from pulumi_kubernetes.networking.v1 import NetworkPolicyEgressRuleArgsDict, NetworkPolicyIngressRuleArgsDict

EgressRule: TypeAlias = NetworkPolicyEgressRuleArgsDict
IngressRule: TypeAlias = NetworkPolicyIngressRuleArgsDict


def to_address(cidr: pulumi.Input[str], port: pulumi.Input[int]) -> EgressRule:
    """Traffic to one TCP port of a network outside the cluster's pods."""
    return {"to": [{"ip_block": {"cidr": cidr}}], "ports": [{"protocol": "TCP", "port": port}]}


def to_pods(labels: dict[str, str], port: int, namespace: pulumi.Input[str] | None = None) -> EgressRule:
    """Traffic to one TCP port of the pods with `labels`, in `namespace` or, without one, in any."""
    return {
        "to": [{"namespace_selector": _namespaces(namespace), "pod_selector": {"match_labels": labels}}],
        "ports": [{"protocol": "TCP", "port": port}],
    }


def from_pods(labels: dict[str, str], port: int, namespace: pulumi.Input[str]) -> IngressRule:
    """Traffic from the pods with `labels` in `namespace` to one TCP port."""
    return {
        "from_": [{"namespace_selector": _namespaces(namespace), "pod_selector": {"match_labels": labels}}],
        "ports": [{"protocol": "TCP", "port": port}],
    }


def _namespaces(name: pulumi.Input[str] | None) -> LabelSelectorArgsDict:
    return {} if name is None else {"match_labels": {"kubernetes.io/metadata.name": name}}
