"""What every foundation gives to the platform, whatever it is made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.rbac.v1 import SubjectArgsDict

from infra.shared.cluster import Cluster, Credential
from infra.shared.network import Address
from infra.shared.platform_outputs import ModelStore, Network


@dataclass(frozen=True, kw_only=True)
class Deployer:
    """Who deploys into one namespace.

    Attributes:
        subject: as role bindings name it.
        credential: how it signs in; secret.
    """

    subject: SubjectArgsDict
    credential: pulumi.Output[Credential]


MakeDeployer: TypeAlias = Callable[[pulumi.Input[str], str, pulumi.ResourceOptions], Deployer]
"""Declares the deployer of a namespace: the namespace, a logical name, and options for what has to be declared."""


@dataclass(frozen=True, kw_only=True)
class Entrance:
    """How requests get to the gateway from outside of the cluster.

    Attributes:
        url: where clients send them.
        service_type: of the gateway's Service.
        node_port: the port that every node serves the gateway on, where the type has one.
    """

    url: pulumi.Input[str]
    service_type: str
    node_port: int | None


@dataclass(frozen=True, kw_only=True)
class Foundation:
    """All of it.

    Attributes:
        provider: for everything in the cluster, with an administrator's rights.
        cluster: where others reach it.
        registry: prefix of our own image.
        model_store: where models are published.
        network: addresses of what is outside of the cluster's pods.
        kubelets: where the nodes tell how their containers are.
        dns: networks that answer pods' look-ups, beside the pods of kube-dns.
        entrance: how requests get in.
        deployer: makes who deploys into a namespace.
    """

    provider: k8s.Provider
    cluster: pulumi.Output[Cluster]
    registry: pulumi.Output[str]
    model_store: pulumi.Output[ModelStore]
    network: pulumi.Output[Network]
    kubelets: pulumi.Output[list[Address]]
    dns: Sequence[str]
    entrance: Entrance
    deployer: MakeDeployer
