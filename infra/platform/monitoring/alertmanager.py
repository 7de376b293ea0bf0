"""Alertmanager: gathers alerts and tells receivers. Who gets what is `routes`' to say."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_kubernetes as k8s

from infra.platform.monitoring import objects, routes
from infra.platform.monitoring.config import Installed, Receiver
from infra.platform.monitoring.operator import RELOADER
from infra.shared import metadata, network, versions, workloads
from infra.shared.metadata import Component
from infra.shared.network import Address
from infra.shared.platform_outputs import Network
from infra.shared.quantities import Quantity, Resources

NAME: Final = "alertmanager"
PORT: Final = 9093
SERVICE: Final = "alertmanager-operated"
"""Which the operator makes."""

RESOURCES: Final = Resources.model_validate(
    {
        "requests": {"cpu": "10m", "memory": "48Mi", "ephemeralStorage": "32Mi"},
        "limits": {"cpu": "500m", "memory": "256Mi", "ephemeralStorage": "256Mi"},
    }
)
POD: Final = RESOURCES.plus(RELOADER)
"""What one of its pods takes."""

_SIZE: Final = Quantity.parse("128Mi")
"""Room for silences, and for whom it has told what."""
_MESH_PORT: Final = 9094


@dataclass(frozen=True, kw_only=True)
class AlertmanagerArgs:
    """Alertmanager's numbers and surroundings.

    Attributes:
        namespace: where it runs.
        config: what the stack says.
        secrets: how to reach each receiver, by its name.
        operator: makes its pods.
        network: addresses of the Kubernetes API, through which people look at it.
    """

    namespace: pulumi.Input[str]
    config: Installed
    secrets: Mapping[str, pulumi.Output[str]]
    operator: pulumi.Resource
    network: pulumi.Output[Network]


class Alertmanager(pulumi.ComponentResource):
    """Alertmanager with its configuration, account, disruption budget and network policy."""

    def __init__(self, name: str, args: AlertmanagerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:platform:Alertmanager", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        selector = metadata.selector(NAME, Component.ALERTMANAGER)
        labels = metadata.labels(NAME, Component.ALERTMANAGER, versions.ALERTMANAGER)
        ours = metadata.metadata(NAME, labels, args.namespace)

        account = k8s.core.v1.ServiceAccount(
            f"{name}-account", metadata=ours, automount_service_account_token=False, opts=child
        )
        configuration = k8s.core.v1.Secret(
            f"{name}-configuration",
            metadata=metadata.metadata(f"{NAME}-configuration", labels, args.namespace),
            # JSON is YAML too. No secret is in it: it says in which files they are.
            data={"alertmanager.yaml": _encoded(json.dumps(routes.configuration(args.config.receivers)))},
            opts=child,
        )
        receivers = k8s.core.v1.Secret(
            f"{name}-receivers",
            metadata=metadata.metadata(routes.SECRET, labels, args.namespace),
            # The cluster keeps no empty map, so one would differ from it for ever.
            data={receiver: secret.apply(_encoded) for receiver, secret in args.secrets.items()} or None,
            opts=child,
        )
        k8s.apiextensions.CustomResource(
            name,
            api_version="monitoring.coreos.com/v1",
            kind="Alertmanager",
            metadata=metadata.metadata(NAME, labels, args.namespace, objects.AWAITED),
            spec={
                **objects.pods(args.config.images.alertmanager, versions.ALERTMANAGER, labels),
                "replicas": args.config.replicas,
                "serviceAccountName": account.metadata.name,
                "automountServiceAccountToken": False,
                "resources": RESOURCES.requirements(),
                "storage": objects.storage(_SIZE, args.config.storage_class),
                "retention": "120h",
                "configSecret": configuration.metadata.name,
                "secrets": [receivers.metadata.name],
            },
            # No value flows from the operator, which makes the pods.
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[args.operator])),
        )
        k8s.policy.v1.PodDisruptionBudget(
            f"{name}-disruption", metadata=ours, spec=workloads.budget(selector), opts=child
        )
        # Several of them agree on who has been told.
        among = network.from_pods(selector, _MESH_PORT, args.namespace)
        others = network.to_pods(selector, _MESH_PORT, args.namespace)
        among["ports"] = others["ports"] = [{"protocol": one, "port": _MESH_PORT} for one in ("TCP", "UDP")]
        k8s.networking.v1.NetworkPolicy(
            f"{name}-traffic",
            metadata=ours,
            spec={
                "pod_selector": {"match_labels": selector},
                "policy_types": ["Ingress", "Egress"],
                "ingress": network.together(
                    args.network.apply(lambda known: network.from_addresses(known.api_server, PORT)),
                    network.from_pods(metadata.EVERY_PROMETHEUS, PORT, args.namespace),
                    among,
                ),
                "egress": [
                    *network.to_addresses(_networks(args.config.receivers)),
                    others,
                ],
            },
            opts=child,
        )

        self.register_outputs({})


def _networks(receivers: Mapping[str, Receiver]) -> list[Address]:
    return list(dict.fromkeys(address for receiver in receivers.values() for address in receiver.networks))


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
