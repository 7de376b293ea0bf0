"""Prometheus: asks everything how it is, keeps what it hears, and looks at the rules.

It takes monitors and rules of every namespace that carry the stack's labels. Whom it may reach, network policies say:
here what the platform runs, and the pods of every model.
"""

import base64
import json
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.rbac.v1 import PolicyRuleArgsDict

from infra.platform import gateway, rollouts
from infra.platform.autoscaler import metrics_api
from infra.platform.autoscaler import operator as autoscaler
from infra.platform.monitoring import alertmanager, kubelet, objects, operator
from infra.platform.monitoring.config import Installed
from infra.shared import metadata, network, versions, workloads
from infra.shared.identity import Identity, IdentityArgs
from infra.shared.metadata import Component
from infra.shared.network import Address
from infra.shared.platform_outputs import Network

NAME: Final = "prometheus"
PORT: Final = 9090
SERVICE: Final = "prometheus-operated"
"""Which the operator makes."""

_ASKED: Final = (
    (Component.MODEL_SERVER, network.MONITORING_PORT),
    (Component.GATEWAY, gateway.MONITORING_PORT),
    (Component.ROLLOUTS_CONTROLLER, rollouts.METRICS_PORT),
    (Component.AUTOSCALER, autoscaler.METRICS_PORT),
    (Component.METRICS_API, metrics_api.METRICS_PORT),
)
_ASKED_AT_HOME: Final = (
    (Component.PROMETHEUS_OPERATOR, operator.PORT),
    (Component.PROMETHEUS, PORT),
    (Component.ALERTMANAGER, alertmanager.PORT),
)
_KUBELETS: Final = "kubelets.json"


@dataclass(frozen=True, kw_only=True)
class PrometheusArgs:
    """Prometheus' numbers and surroundings.

    Attributes:
        namespace: where it runs.
        config: what the stack says.
        operator: makes its pods.
        network: addresses of the Kubernetes API.
        kubelets: where nodes and containers are measured.
        autoscaler_namespace: whose autoscaler asks it.
    """

    namespace: pulumi.Input[str]
    config: Installed
    operator: pulumi.Resource
    network: pulumi.Output[Network]
    kubelets: pulumi.Output[list[Address]]
    autoscaler_namespace: str


class Prometheus(pulumi.ComponentResource):
    """Prometheus with its account, disruption budget and network policy."""

    def __init__(self, name: str, args: PrometheusArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:platform:Prometheus", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        config = args.config
        selector = metadata.selector(NAME, Component.PROMETHEUS)
        labels = metadata.labels(NAME, Component.PROMETHEUS, versions.PROMETHEUS)
        ours = metadata.metadata(NAME, labels, args.namespace)
        seconds = f"{config.scrape_seconds}s"

        identity = Identity(name, IdentityArgs(namespace=args.namespace, labels=labels, everywhere=_RIGHTS), opts=child)
        scrapes = k8s.core.v1.Secret(
            f"{name}-scrapes",
            metadata=metadata.metadata(f"{NAME}-scrapes", labels, args.namespace),
            # Nothing in it is secret, but its place in the object takes no other kind. JSON is YAML too.
            data={_KUBELETS: base64.b64encode(json.dumps(kubelet.scrapes()).encode()).decode()},
            opts=child,
        )
        k8s.apiextensions.CustomResource(
            name,
            api_version="monitoring.coreos.com/v1",
            kind="Prometheus",
            metadata=metadata.metadata(NAME, labels, args.namespace, objects.AWAITED),
            spec={
                **objects.pods(config.images.prometheus, versions.PROMETHEUS, labels),
                "replicas": config.replicas,
                "serviceAccountName": identity.account,
                "automountServiceAccountToken": True,
                "resources": config.resources.requirements(),
                "storage": objects.storage(config.size, config.storage_class),
                "retention": config.retention,
                # Before the room is full: what is written next needs some, and a pod that takes more is evicted.
                "retentionSize": f"{int(config.size.value) * 4 // 5 // 2**20}MiB",
                "scrapeInterval": seconds,
                "evaluationInterval": seconds,
                "externalLabels": {"stack": pulumi.get_stack()},
                **{
                    f"{kind}{part}": selected
                    for kind in ("serviceMonitor", "podMonitor", "rule")
                    for part, selected in (("Selector", {"matchLabels": config.labels}), ("NamespaceSelector", {}))
                },
                "serviceDiscoveryRole": "EndpointSlice",
                # A monitor could otherwise have Prometheus show its own token to whomever the monitor names.
                "arbitraryFSAccessThroughSMs": {"deny": True},
                "additionalScrapeConfigs": {"name": scrapes.metadata.name, "key": _KUBELETS},
                "alerting": {
                    "alertmanagers": [{"namespace": args.namespace, "name": alertmanager.SERVICE, "port": "web"}]
                },
            },
            # No value flows from the operator, which makes the pods.
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[args.operator])),
        )
        k8s.policy.v1.PodDisruptionBudget(
            f"{name}-disruption", metadata=ours, spec=workloads.budget(selector), opts=child
        )
        k8s.networking.v1.NetworkPolicy(
            f"{name}-traffic",
            metadata=ours,
            spec={
                "pod_selector": {"match_labels": selector},
                "policy_types": ["Ingress", "Egress"],
                # People look at it through the Kubernetes API.
                "ingress": network.together(
                    args.network.apply(lambda known: network.from_addresses(known.api_server, PORT)),
                    network.from_pods(selector, PORT, args.namespace),
                    network.from_pods(metadata.of(Component.AUTOSCALER), PORT, args.autoscaler_namespace),
                    network.from_pods(metadata.of(Component.ROLLOUTS_CONTROLLER), PORT, rollouts.NAMESPACE),
                ),
                "egress": network.together(
                    pulumi.Output.all(args.network, args.kubelets).apply(
                        lambda known: network.to_addresses([*known[0].api_server, *known[1]])
                    ),
                    *(network.to_pods(metadata.of(component), port) for component, port in _ASKED),
                    *(network.to_pods(metadata.of(one), port, args.namespace) for one, port in _ASKED_AT_HOME),
                ),
            },
            opts=child,
        )

        self.register_outputs({})


_READ: Final = ["get", "list", "watch"]
# What it finds its targets by, and the kubelets' own pages.
_RIGHTS: Final[list[PolicyRuleArgsDict]] = [
    {"api_groups": [""], "resources": ["nodes", "pods", "services"], "verbs": _READ},
    {"api_groups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": _READ},
    {"api_groups": [""], "resources": ["nodes/metrics"], "verbs": ["get"]},
]
