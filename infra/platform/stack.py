"""The platform on one screen: what serving stands on.

Not here: the cluster, the registry and the store, which are the foundation's.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi import ResourceOptions

from infra.platform import gateway, rollouts
from infra.platform.config import PlatformConfig
from infra.platform.crds.definitions import CustomResourceDefinitions
from infra.platform.foundation.foundation import Foundation
from infra.platform.gateway import TraefikGateway, TraefikGatewayArgs
from infra.platform.guarded_namespace import GuardedNamespace, GuardedNamespaceArgs
from infra.platform.monitoring import prometheus, watch
from infra.platform.monitoring.monitors import Target
from infra.platform.rollouts import RolloutsController, RolloutsControllerArgs
from infra.platform.serving_namespace import ServingNamespace, ServingNamespaceArgs
from infra.shared import metadata, network
from infra.shared.metadata import Component
from infra.shared.platform_outputs import Gateway, PlatformOutputs, known


def build(config: PlatformConfig, foundation: Foundation, definitions: Sequence[Mapping[str, Any]]) -> None:
    """Declare the platform and export what serving needs of it.

    Args:
        config: the stack's configuration.
        foundation: what it stands on.
        definitions: the controllers' CRDs.
    """
    in_cluster = ResourceOptions(provider=foundation.provider)
    kept = ResourceOptions(provider=foundation.provider, protect=config.protect)
    to_api_server = foundation.network.apply(lambda addresses: network.to_addresses(addresses.api_server))

    crds = CustomResourceDefinitions("crds", definitions, opts=kept)

    gateway_namespace = GuardedNamespace(
        gateway.NAMESPACE,
        GuardedNamespaceArgs(name=gateway.NAMESPACE, quota=gateway.quota(config.gateway.replicas), dns=foundation.dns),
        opts=in_cluster,
    )
    traefik = TraefikGateway(
        "traefik",
        TraefikGatewayArgs(
            namespace=gateway_namespace.name,
            image=config.images.traefik,
            replicas=config.gateway.replicas,
            entrance=foundation.entrance,
            definitions=crds,
            to_api_server=to_api_server,
            monitoring_namespace=config.monitoring_namespace,
        ),
        opts=in_cluster,
    )

    if foundation.entrance.load_balancer and traefik.address is not None:
        foundation.entrance.load_balancer.named(traefik.address)

    rollouts_namespace = GuardedNamespace(
        rollouts.NAMESPACE,
        GuardedNamespaceArgs(name=rollouts.NAMESPACE, quota=rollouts.quota(), dns=foundation.dns),
        opts=in_cluster,
    )
    RolloutsController(
        "argo-rollouts",
        RolloutsControllerArgs(
            namespace=rollouts_namespace.name,
            image=config.images.argo_rollouts,
            definitions=crds,
            to_api_server=to_api_server,
            monitoring_namespace=config.monitoring_namespace,
            prometheus_port=prometheus.PORT,
        ),
        opts=in_cluster,
    )

    monitoring = watch.declare(
        config.monitoring,
        foundation,
        crds,
        [
            Target(
                name=gateway.NAME,
                namespace=gateway_namespace.name,
                selector=metadata.selector(gateway.NAME, Component.GATEWAY),
                port="monitoring",
            ),
            Target(
                name=rollouts.NAME,
                namespace=rollouts_namespace.name,
                selector=metadata.selector(rollouts.NAME, Component.ROLLOUTS_CONTROLLER),
            ),
        ],
    )

    serving = {
        name: ServingNamespace(
            name,
            ServingNamespaceArgs(quota=namespace.quota, dns=foundation.dns, deployer=foundation.deployer),
            opts=kept,
        )
        for name, namespace in config.namespaces.items()
    }

    PlatformOutputs(
        cluster=foundation.cluster,
        credentials=pulumi.Output.all(**{name: one.credential for name, one in serving.items()}),
        registry=foundation.registry,
        model_store=foundation.model_store,
        gateway=known(
            Gateway,
            url=foundation.entrance.url,
            internal_url=traefik.internal_url,
            namespace=gateway_namespace.name,
            port=gateway.PORT,
        ),
        network=foundation.network,
        namespaces=pulumi.Output.from_input(dict(config.namespaces)),
        monitoring=monitoring,
    ).export()
