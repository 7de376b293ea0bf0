"""KEDA's operator: makes an autoscaler of each ScaledObject, and asks Prometheus for what that follows.

It makes the certificates of both its parts, and gives the Kubernetes API the authority that they are checked against.
When it has made new ones it ends, and is started again with them: so its first pod has one restart.

Its admission webhooks are not here: what they would refuse, `pulumi up` is told by the ScaledObject's conditions.
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

NAME: Final = "keda-operator"
PORT: Final = 9666
"""Where the metrics API asks it."""
METRICS_PORT: Final = 8080
CERTIFICATES: Final = "kedaorg-certs"
"""The Secret with the certificates, which it makes."""

RESOURCES: Final = Resources.model_validate(
    {
        "requests": {"cpu": "50m", "memory": "96Mi", "ephemeralStorage": "16Mi"},
        "limits": {"cpu": "1", "memory": "512Mi", "ephemeralStorage": "128Mi"},
    }
)

USER: Final = 65532
"""Who both parts run as."""
_HEALTH_PORT: Final = 8081
# Two of them never act at once: the second one waits for the lease. Whoever can't renew it ends, and starts anew with
# much to do, which on a busy node is the last that it needs; so it may take four times as long as by default.
_LEASE: Final = {"LEASE_DURATION": "60s", "RENEW_DEADLINE": "40s", "RETRY_PERIOD": "10s"}


@dataclass(frozen=True, kw_only=True)
class AutoscalerOperatorArgs:
    """The operator's image and surroundings.

    Attributes:
        namespace: where it runs.
        image: by digest.
        definitions: the CRDs that it watches.
        to_api_server: egress rules to the Kubernetes API.
        prometheus_namespace: where the Prometheus is that it asks.
        prometheus_port: where that listens.
    """

    namespace: pulumi.Input[str]
    image: str
    definitions: pulumi.Resource
    to_api_server: pulumi.Input[list[network.EgressRule]]
    prometheus_namespace: pulumi.Input[str]
    prometheus_port: int


class AutoscalerOperator(pulumi.ComponentResource):
    """The operator with its account, service and network policy.

    Attributes:
        deployment: what comes after its certificates comes after it.
        service: its Service's name, under which its certificate is.
    """

    deployment: pulumi.Resource
    service: pulumi.Output[str]

    def __init__(self, name: str, args: AutoscalerOperatorArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:platform:AutoscalerOperator", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        selector = metadata.selector(NAME, Component.AUTOSCALER)
        labels = metadata.labels(NAME, Component.AUTOSCALER, versions.KEDA)
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
                "template": {"metadata": {"labels": labels}, "spec": _pod(args.image, identity.account)},
            },
            # No value flows from a definition to the controller that watches its objects.
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[args.definitions])),
        )
        service = k8s.core.v1.Service(
            f"{name}-service",
            metadata=ours,
            spec={"selector": selector, "ports": [{"name": "grpc", "port": PORT, "target_port": PORT}]},
            opts=child,
        )
        k8s.networking.v1.NetworkPolicy(
            f"{name}-traffic",
            metadata=ours,
            spec={
                "pod_selector": {"match_labels": selector},
                "policy_types": ["Ingress", "Egress"],
                "ingress": [
                    network.from_pods(metadata.of(Component.METRICS_API), PORT, args.namespace),
                    network.from_pods(metadata.EVERY_PROMETHEUS, METRICS_PORT, args.prometheus_namespace),
                ],
                "egress": network.together(
                    args.to_api_server,
                    network.to_pods(metadata.EVERY_PROMETHEUS, args.prometheus_port, args.prometheus_namespace),
                ),
            },
            opts=child,
        )

        self.service = service.metadata.name
        self.register_outputs({"service": self.service})


def _pod(image: str, account: pulumi.Input[str]) -> PodSpecArgsDict:
    return {
        "service_account_name": account,
        "automount_service_account_token": True,
        "enable_service_links": False,
        "termination_grace_period_seconds": 10,
        "security_context": workloads.identity(USER),
        "containers": [
            {
                "name": NAME,
                "image": image,
                "args": [
                    "--leader-elect",
                    "--enable-cert-rotation=true",
                    "--enable-webhook-patching=false",
                    "--zap-encoder=json",
                    "--zap-log-level=info",
                ],
                "env": [
                    {"name": "POD_NAMESPACE", "value_from": {"field_ref": {"field_path": "metadata.namespace"}}},
                    {"name": "WATCH_NAMESPACE", "value": ""},
                    # It reads Secrets of its own namespace alone.
                    {"name": "KEDA_RESTRICT_SECRET_ACCESS", "value": "true"},
                    *(
                        {"name": f"KEDA_OPERATOR_LEADER_ELECTION_{key}", "value": value}
                        for key, value in _LEASE.items()
                    ),
                ],
                "ports": [
                    {"name": "grpc", "container_port": PORT},
                    {"name": "metrics", "container_port": METRICS_PORT},
                    {"name": "health", "container_port": _HEALTH_PORT},
                ],
                "readiness_probe": {"http_get": {"path": "/readyz", "port": "health"}, "period_seconds": 5},
                "liveness_probe": {
                    "http_get": {"path": "/healthz", "port": "health"},
                    "initial_delay_seconds": 25,
                    "period_seconds": 20,
                    "timeout_seconds": 10,
                },
                "resources": RESOURCES.requirements(),
                "security_context": workloads.CONTAINER,
                "volume_mounts": [{"name": "certificates", "mount_path": "/certs", "read_only": True}],
            }
        ],
        # It is there before them: it makes them.
        "volumes": [{"name": "certificates", "secret": {"secret_name": CERTIFICATES, "optional": True}}],
    }


_READ: Final = ["get", "list", "watch"]
_WRITE: Final = ["create", "update", "patch", "delete"]
# Upstream's rules, but for its right to read everything and to scale whatever there is: our models are Rollouts.
_RIGHTS: Final[list[PolicyRuleArgsDict]] = [
    {
        "api_groups": ["keda.sh"],
        "resources": [
            f"{kind}{part}"
            for kind in ("clustertriggerauthentications", "scaledjobs", "scaledobjects", "triggerauthentications")
            for part in ("", "/finalizers", "/status")
        ],
        "verbs": [*_READ, "update", "patch"],
    },
    {
        "api_groups": ["eventing.keda.sh"],
        "resources": [
            f"{kind}{part}" for kind in ("cloudeventsources", "clustercloudeventsources") for part in ("", "/status")
        ],
        "verbs": [*_READ, "update", "patch"],
    },
    {"api_groups": ["autoscaling"], "resources": ["horizontalpodautoscalers"], "verbs": [*_READ, *_WRITE]},
    {"api_groups": ["argoproj.io"], "resources": ["rollouts"], "verbs": ["get"]},
    {"api_groups": ["argoproj.io"], "resources": ["rollouts/scale"], "verbs": ["get", "update", "patch"]},
    {"api_groups": ["", "events.k8s.io"], "resources": ["events"], "verbs": ["create", "patch"]},
    # The authority of its certificates goes into the one that it serves.
    {"api_groups": ["apiregistration.k8s.io"], "resources": ["apiservices"], "verbs": [*_READ, "update", "patch"]},
]

_RIGHTS_AT_HOME: Final[list[PolicyRuleArgsDict]] = [
    {"api_groups": [""], "resources": ["secrets"], "verbs": [*_READ, *_WRITE]},
    {"api_groups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": [*_READ, *_WRITE]},
]
