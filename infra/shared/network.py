"""Networks, and the rules of NetworkPolicies: to addresses, and between pods."""

from collections.abc import Sequence
from typing import Annotated, Final, TypeAlias, TypeVar

import pulumi
from pulumi_kubernetes.meta.v1 import LabelSelectorArgsDict
from pulumi_kubernetes.networking.v1 import NetworkPolicyEgressRuleArgsDict, NetworkPolicyIngressRuleArgsDict
from pydantic import Field

from infra.shared.configuration import Section
from infra.shared.vocabulary import Cidr

EgressRule: TypeAlias = NetworkPolicyEgressRuleArgsDict
IngressRule: TypeAlias = NetworkPolicyIngressRuleArgsDict
Rule = TypeVar("Rule", NetworkPolicyEgressRuleArgsDict, NetworkPolicyIngressRuleArgsDict)
Port = Annotated[int, Field(ge=1, le=65535)]

MODEL_SERVER_PORT: Final = 8000
"""Where the pods of every model take requests; the platform's gateway may reach them there and nowhere else."""
MONITORING_PORT: Final = 8001
"""Where they tell how they are, to probes, Prometheus and verification: no request can come there, nor keep it busy."""


class Address(Section):
    """A TCP port of a network, as network policies see it: after services and load balancers are translated."""

    cidr: Cidr = Field(description="network, like '10.244.0.1/32'")
    port: Port = Field(description="TCP port")


def to_addresses(addresses: Sequence[Address]) -> list[EgressRule]:
    """Traffic to networks outside the cluster's pods, each at its port."""
    return [
        {"to": [{"ip_block": {"cidr": one.cidr}}], "ports": [{"protocol": "TCP", "port": one.port}]}
        for one in addresses
    ]


def from_addresses(addresses: Sequence[Address], port: int) -> list[IngressRule]:
    """Traffic from networks outside the cluster's pods, whatever port they use themselves, to one TCP port."""
    return [
        {"from_": [{"ip_block": {"cidr": cidr}}], "ports": [{"protocol": "TCP", "port": port}]}
        for cidr in dict.fromkeys(one.cidr for one in addresses)
    ]


def to_pods(labels: dict[str, str], port: pulumi.Input[int], namespace: pulumi.Input[str] | None = None) -> EgressRule:
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


def together(known: pulumi.Input[Sequence[Rule]], *rules: Rule) -> pulumi.Output[list[Rule]]:
    """Rules whose number the platform knows, and `rules` after them."""
    return pulumi.Output.all(known, list(rules)).apply(lambda both: [*both[0], *both[1]])


def _namespaces(name: pulumi.Input[str] | None) -> LabelSelectorArgsDict:
    return {} if name is None else {"match_labels": {"kubernetes.io/metadata.name": name}}
