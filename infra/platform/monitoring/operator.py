"""The Prometheus operator: makes Prometheus and Alertmanager of their objects, and hands them monitors and rules.

It runs them in its own namespace alone; monitors and rules may be in any. Their definitions have no webhook: a rule
with a mistake in it is refused by the operator, which says so in the object's events and in its own figures.
"""

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.core.v1 import PodSpecArgsDict
from pulumi_kubernetes.rbac.v1 import PolicyRuleArgsDict

from infra.shared import metadata, network, versions, workloads
from infra.shared.identity import Identity, IdentityArgs
from infra.shared.metadata import Component
from infra.shared.quantities import Resources

NAME: Final = "prometheus-operator"
PORT: Final = 8080
"""Where it tells how it is."""

RESOURCES: Final = Resources.model_validate(
    {
        "requests": {"cpu": "10m", "memory": "64Mi", "ephemeralStorage": "16Mi"},
        "limits": {"cpu": "1", "memory": "256Mi", "ephemeralStorage": "128Mi"},
    }
)
RELOADER: Final = Resources.model_validate(
    {
        "requests": {"cpu": "5m", "memory": "24Mi", "ephemeralStorage": "64Mi"},
        "limits": {"cpu": "500m", "memory": "64Mi", "ephemeralStorage": "256Mi"},
    }
)
"""Of the container that the operator puts beside each Prometheus and Alertmanager. The operator says nothing of its
disk, so that is the namespace's default."""

USER: Final = 65532
"""Who the stack's programs run as."""


@dataclass(frozen=True, kw_only=True)
class PrometheusOperatorArgs:
    """The operator's images and surroundings.

    Attributes:
        namespace: where it runs, and what it runs.
        image: by digest.
        reloader: by digest: what it puts beside each of its pods.
        definitions: the CRDs that it watches.
        to_api_server: egress rules to the Kubernetes API, all that it talks to.
    """

    namespace: pulumi.Input[str]
    image: str
    reloader: str
    definitions: pulumi.Resource
    to_api_server: pulumi.Input[list[network.EgressRule]]


class PrometheusOperator(pulumi.ComponentResource):
    """The operator: one pod, and for a moment a second one during an upgrade.

    Attributes:
        deployment: what its objects come after, because it makes their pods.
    """

    deployment: pulumi.Resource

    def __init__(self, name: str, args: PrometheusOperatorArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:platform:PrometheusOperator", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        selector = metadata.selector(NAME, Component.PROMETHEUS_OPERATOR)
        labels = metadata.labels(NAME, Component.PROMETHEUS_OPERATOR, versions.PROMETHEUS_OPERATOR)
        ours = metadata.metadata(NAME, labels, args.namespace)

        identity = Identity(
            name,
            IdentityArgs(namespace=args.namespace, labels=labels, everywhere=_RIGHTS, at_home=_RIGHTS_AT_HOME),
            opts=child,
        )
        self.deployment = k8s.apps.v1.Deployment(
            name,
            metadata=ours,
            spec={
                "replicas": 1,
                "selector": {"match_labels": selector},
                "progress_deadline_seconds": 300,
                "revision_history_limit": 3,
                "strategy": workloads.REPLACEMENT,
                "template": {"metadata": {"labels": labels}, "spec": _pod(args, identity.account)},
            },
            # No value flows from a definition to the controller that watches its objects.
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[args.definitions])),
        )
        k8s.networking.v1.NetworkPolicy(
            f"{name}-traffic",
            metadata=ours,
            spec={
                "pod_selector": {"match_labels": selector},
                "policy_types": ["Ingress", "Egress"],
                "ingress": [network.from_pods(metadata.EVERY_PROMETHEUS, PORT, args.namespace)],
                "egress": args.to_api_server,
            },
            opts=child,
        )

        self.register_outputs({})


def _pod(args: PrometheusOperatorArgs, account: pulumi.Input[str]) -> PodSpecArgsDict:
    requests, limits = RELOADER.requests.plain(), RELOADER.limits.plain()
    return {
        "service_account_name": account,
        "automount_service_account_token": True,
        "enable_service_links": False,
        "security_context": workloads.identity(USER),
        "containers": [
            {
                "name": NAME,
                "image": args.image,
                "args": [
                    f"--prometheus-config-reloader={args.reloader}",
                    f"--config-reloader-cpu-request={requests['cpu']}",
                    f"--config-reloader-cpu-limit={limits['cpu']}",
                    f"--config-reloader-memory-request={requests['memory']}",
                    f"--config-reloader-memory-limit={limits['memory']}",
                    "--enable-config-reloader-probes=true",
                    *(
                        pulumi.Output.concat(f"--{kind}-namespaces=", args.namespace)
                        for kind in (
                            "prometheus-instance",
                            "alertmanager-instance",
                            "alertmanager-config",
                            "thanos-ruler-instance",
                        )
                    ),
                    "--disable-unmanaged-prometheus-configuration=true",
                    "--log-format=json",
                ],
                "ports": [{"name": "metrics", "container_port": PORT}],
                "readiness_probe": {"http_get": {"path": "/healthz", "port": "metrics"}, "period_seconds": 5},
                "liveness_probe": {
                    "http_get": {"path": "/healthz", "port": "metrics"},
                    "period_seconds": 20,
                    "timeout_seconds": 10,
                },
                "resources": RESOURCES.requirements(),
                "security_context": workloads.CONTAINER,
            }
        ],
    }


_READ: Final = ["get", "list", "watch"]
# Upstream's rules, without what is not used here, and with all that it makes in its own namespace alone.
_RIGHTS: Final[list[PolicyRuleArgsDict]] = [
    {
        "api_groups": ["monitoring.coreos.com"],
        "resources": ["podmonitors", "probes", "prometheusrules", "servicemonitors"],
        "verbs": _READ,
    },
    {"api_groups": [""], "resources": ["namespaces"], "verbs": _READ},
    # What it says of a monitor or a rule that it refuses stands beside that.
    {"api_groups": [""], "resources": ["events"], "verbs": ["create", "patch"]},
    {"api_groups": ["storage.k8s.io"], "resources": ["storageclasses"], "verbs": ["get"]},
]

_RIGHTS_AT_HOME: Final[list[PolicyRuleArgsDict]] = [
    {
        "api_groups": ["monitoring.coreos.com"],
        "resources": ["alertmanagerconfigs", "alertmanagers", "prometheuses"],
        "verbs": _READ,
    },
    {
        "api_groups": ["monitoring.coreos.com"],
        "resources": [
            "alertmanagers/finalizers",
            "alertmanagers/status",
            "prometheuses/finalizers",
            "prometheuses/status",
        ],
        "verbs": ["get", "patch", "update"],
    },
    {
        "api_groups": ["apps"],
        "resources": ["statefulsets"],
        "verbs": [*_READ, "create", "update", "patch", "delete", "deletecollection"],
    },
    {
        "api_groups": [""],
        "resources": ["configmaps", "secrets"],
        "verbs": [*_READ, "create", "update", "patch", "delete", "deletecollection"],
    },
    {"api_groups": [""], "resources": ["pods"], "verbs": ["list", "delete"]},
    {
        "api_groups": [""],
        "resources": ["services", "services/finalizers"],
        "verbs": ["get", "create", "update", "delete"],
    },
]
