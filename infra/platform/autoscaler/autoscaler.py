"""KEDA put together: a namespace, its operator and its metrics API."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi

from infra.platform.autoscaler import metrics_api, operator
from infra.platform.autoscaler.metrics_api import MetricsApi, MetricsApiArgs
from infra.platform.autoscaler.operator import AutoscalerOperator, AutoscalerOperatorArgs
from infra.platform.guarded_namespace import GuardedNamespace, GuardedNamespaceArgs
from infra.shared import network
from infra.shared.platform_outputs import Network
from infra.shared.quantities import Quota, needed

NAMESPACE: Final = "keda"


def quota() -> Quota:
    """What its namespace holds: a pod of each, and a second one during an upgrade."""
    return needed([(operator.RESOURCES, 2), (metrics_api.RESOURCES, 2)])


@dataclass(frozen=True, kw_only=True)
class AutoscalerArgs:
    """KEDA's images and surroundings.

    Attributes:
        image: of the operator, by digest.
        metrics_api_image: of the metrics API, by digest.
        definitions: the CRDs that the operator watches.
        network: addresses of the Kubernetes API.
        dns: networks that answer look-ups, beside the pods of kube-dns.
        prometheus_namespace: where the Prometheus is that it asks.
        prometheus_port: where that listens.
    """

    image: str
    metrics_api_image: str
    definitions: pulumi.Resource
    network: pulumi.Output[Network]
    dns: Sequence[str]
    prometheus_namespace: pulumi.Input[str]
    prometheus_port: int


class Autoscaler(pulumi.ComponentResource):
    """All of it.

    Attributes:
        namespace: where it runs.
    """

    namespace: pulumi.Output[str]

    def __init__(self, name: str, args: AutoscalerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:platform:Autoscaler", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        namespace = GuardedNamespace(
            NAMESPACE, GuardedNamespaceArgs(name=NAMESPACE, quota=quota(), dns=args.dns), opts=child
        )
        keda = AutoscalerOperator(
            operator.NAME,
            AutoscalerOperatorArgs(
                namespace=namespace.name,
                image=args.image,
                definitions=args.definitions,
                to_api_server=args.network.apply(lambda known: network.to_addresses(known.api_server)),
                prometheus_namespace=args.prometheus_namespace,
                prometheus_port=args.prometheus_port,
            ),
            opts=child,
        )
        MetricsApi(
            metrics_api.NAME,
            MetricsApiArgs(
                namespace=namespace.name,
                image=args.metrics_api_image,
                operator=keda,
                network=args.network,
                prometheus_namespace=args.prometheus_namespace,
            ),
            opts=child,
        )

        self.namespace = namespace.name
        self.register_outputs({"namespace": self.namespace})
