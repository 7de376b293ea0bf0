"""What every foundation gives to the platform, whatever it is made of."""

from collections.abc import Callable, Mapping, Sequence
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
class LoadBalancer:
    """A load balancer that the cluster's provider makes for the gateway's Service.

    Attributes:
        class_name: which of the cluster's kinds.
        annotations: what the provider has to know.
        open_to: networks that may reach it.
        registration_seconds: a new pod gets requests only after so long.
        deregistration_seconds: a pod that goes may get requests for so long.
        named: gives its address, once there is one, the name that clients use.
    """

    class_name: str
    annotations: Mapping[str, pulumi.Input[str]]
    open_to: pulumi.Input[Sequence[str]]
    registration_seconds: int
    deregistration_seconds: int
    named: Callable[[pulumi.Output[str]], None]


@dataclass(frozen=True, kw_only=True)
class Entrance:
    """How requests get to the gateway from outside of the cluster.

    Attributes:
        url: where clients send them.
        service_type: of the gateway's Service.
        port: of the gateway's Service.
        node_port: the port that every node serves the gateway on, where the type has one.
        load_balancer: what is in front of the gateway, where the type has one.
    """

    url: pulumi.Input[str]
    service_type: str
    port: int = 80
    node_port: int | None
    load_balancer: LoadBalancer | None = None


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
