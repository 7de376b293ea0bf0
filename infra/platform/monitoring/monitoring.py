"""The Prometheus stack put together: a namespace, the operator, Alertmanager and Prometheus."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from infra.platform.guarded_namespace import GuardedNamespace, GuardedNamespaceArgs
from infra.platform.monitoring import alertmanager, operator, prometheus
from infra.platform.monitoring.alertmanager import Alertmanager, AlertmanagerArgs
from infra.platform.monitoring.config import Installed
from infra.platform.monitoring.operator import PrometheusOperator, PrometheusOperatorArgs
from infra.platform.monitoring.prometheus import Prometheus, PrometheusArgs
from infra.shared import network
from infra.shared.network import Address
from infra.shared.platform_outputs import Network
from infra.shared.quantities import Quota, needed
from infra.shared.vocabulary import MONITORING_NAMESPACE


def quota(config: Installed) -> Quota:
    """What its namespace holds: all pods, and a second one of the operator during an upgrade."""
    return needed(
        [
            (operator.RESOURCES, 2),
            (alertmanager.POD, config.replicas),
            (config.resources.plus(operator.RELOADER), config.replicas),
        ]
    )


@dataclass(frozen=True, kw_only=True)
class MonitoringArgs:
    """The stack's numbers and surroundings.

    Attributes:
        config: what the stack says.
        secrets: how to reach each receiver, by its name.
        definitions: the CRDs that the operator watches.
        network: addresses of the Kubernetes API.
        kubelets: where nodes and containers are measured.
        dns: networks that answer look-ups, beside the pods of kube-dns.
        autoscaler_namespace: whose autoscaler asks Prometheus.
    """

    config: Installed
    secrets: Mapping[str, pulumi.Output[str]]
    definitions: pulumi.Resource
    network: pulumi.Output[Network]
    kubelets: pulumi.Output[list[Address]]
    dns: Sequence[str]
    autoscaler_namespace: str


class Monitoring(pulumi.ComponentResource):
    """All of it.

    Attributes:
        namespace: where it runs.
        url: where pods reach Prometheus.
    """

    namespace: pulumi.Output[str]
    url: pulumi.Output[str]

    def __init__(self, name: str, args: MonitoringArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:platform:Monitoring", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        namespace = GuardedNamespace(
            MONITORING_NAMESPACE,
            GuardedNamespaceArgs(name=MONITORING_NAMESPACE, quota=quota(args.config), dns=args.dns),
            opts=child,
        )
        controller = PrometheusOperator(
            operator.NAME,
            PrometheusOperatorArgs(
                namespace=namespace.name,
                image=args.config.images.prometheus_operator,
                reloader=args.config.images.config_reloader,
                definitions=args.definitions,
                to_api_server=args.network.apply(lambda known: network.to_addresses(known.api_server)),
            ),
            opts=child,
        )
        Alertmanager(
            alertmanager.NAME,
            AlertmanagerArgs(
                namespace=namespace.name,
                config=args.config,
                secrets=args.secrets,
                operator=controller.deployment,
                network=args.network,
            ),
            opts=child,
        )
        Prometheus(
            prometheus.NAME,
            PrometheusArgs(
                namespace=namespace.name,
                config=args.config,
                operator=controller.deployment,
                network=args.network,
                kubelets=args.kubelets,
                autoscaler_namespace=args.autoscaler_namespace,
            ),
            opts=child,
        )

        self.namespace = namespace.name
        self.url = pulumi.Output.format("http://{0}.{1}.svc:{2}", prometheus.SERVICE, namespace.name, prometheus.PORT)
        self.register_outputs({"namespace": self.namespace, "url": self.url})
