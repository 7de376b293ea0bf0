"""The foundation that exists, as the platform takes it."""

import pulumi

from infra.platform.foundation.foundation import Entrance, Foundation
from infra.platform.foundation.local.config import Local
from infra.platform.foundation.local.deployer import deployer
from infra.platform.foundation.local.kubeconfig import Kubeconfig
from infra.platform.foundation.local.store import store
from infra.shared import cluster
from infra.shared.cluster import Cluster
from infra.shared.platform_outputs import Network, known


def build(config: Local, kubeconfig: Kubeconfig, *, protect: bool) -> Foundation:
    """Declare what is still missing (the bucket of models), and tell what there is.

    Args:
        config: the stack's `foundation.local`.
        kubeconfig: the one that it names.
        protect: whether the models outlive the stack.
    """
    return Foundation(
        provider=cluster.provider(kubeconfig.content, config.identifier),
        cluster=known(
            Cluster,
            endpoint=kubeconfig.server,
            certificate_authority=kubeconfig.certificate_authority,
            identifier=config.identifier,
        ),
        registry=pulumi.Output.from_input(config.registry),
        model_store=store(config.store, protect=protect),
        network=known(Network, api_server=config.api_server, model_store=config.store.addresses),
        kubelets=pulumi.Output.from_input(list(config.kubelets)),
        dns=config.dns,
        entrance=Entrance(url=config.entrance.url, service_type="NodePort", node_port=config.entrance.node_port),
        deployer=deployer,
    )
