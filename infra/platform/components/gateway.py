"""The gateway: Traefik, which every request to a model passes.

It reads routes from Traefik's own CRDs in all namespaces, follows no reference from one namespace to another, and
has no dashboard, no API and no telemetry. TLS ends in front of it.
"""

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from infra import availability, labels, traffic, versions
from infra.labels import Component
from infra.platform import traefik
from infra.platform.traefik import NAME


@dataclass(frozen=True, kw_only=True)
class GatewayArgs:
    """The gateway's size, image and surroundings.

    Attributes:
        namespace: where it runs.
        account: its service account.
        image: by digest.
        replicas: number of pods.
        node_port: TCP port on every node.
        definitions: the CRDs that it watches.
        api_server: egress rule to the Kubernetes API.
    """

    namespace: pulumi.Input[str]
    account: pulumi.Input[str]
    image: str
    replicas: int
    node_port: int
    definitions: pulumi.Resource
    api_server: traffic.EgressRule


class Gateway(pulumi.ComponentResource):
    """Traefik with its service, disruption budget and network policy.

    Attributes:
        internal_url: where pods reach it.
    """

    internal_url: pulumi.Output[str]

    def __init__(self, name: str, args: GatewayArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:platform:Gateway", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        selector = labels.selector(NAME, Component.GATEWAY)
        every = labels.labels(NAME, Component.GATEWAY, versions.TRAEFIK)

        k8s.apps.v1.Deployment(
            name,
            metadata={"name": NAME, "namespace": args.namespace, "labels": every},
            spec={
                "replicas": args.replicas,
                "selector": {"match_labels": selector},
                "min_ready_seconds": 5,
                "progress_deadline_seconds": 300,
                "revision_history_limit": 3,
                "strategy": availability.REPLACEMENT,
                "template": {
                    "metadata": {"labels": every},
                    "spec": traefik.pod(args.account, args.image, selector),
                },
            },
            # No value flows from a definition to the controller that watches its objects.
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[args.definitions])),
        )
        k8s.policy.v1.PodDisruptionBudget(
            f"{name}-disruption",
            metadata={"name": NAME, "namespace": args.namespace, "labels": every},
            spec=availability.budget(selector),
            opts=child,
        )
        service = k8s.core.v1.Service(
            f"{name}-service",
            metadata={"name": NAME, "namespace": args.namespace, "labels": every},
            spec={
                "type": "NodePort",
                "selector": selector,
                "ports": [{"name": "web", "port": 80, "target_port": "web", "node_port": args.node_port}],
            },
            opts=child,
        )
        k8s.networking.v1.NetworkPolicy(
            f"{name}-traffic",
            metadata={"name": NAME, "namespace": args.namespace, "labels": every},
            spec={
                "pod_selector": {"match_labels": selector},
                "policy_types": ["Ingress", "Egress"],
                "ingress": [{"ports": [{"protocol": "TCP", "port": traefik.WEB_PORT}]}],
                "egress": [args.api_server, traffic.to_pods(labels.of(Component.MODEL_SERVER), 8000)],
            },
            opts=child,
        )

        self.internal_url = pulumi.Output.format(
            "http://{0}.{1}.svc.cluster.local", service.metadata.name, service.metadata.namespace
        )
        self.register_outputs({"internalUrl": self.internal_url})
