"""KEDA's metrics API: what Kubernetes' own autoscaler asks for figures that aren't its pods' processor and memory.

The Kubernetes API hands such questions on to it, and a cluster has one that answers them: where another one does
already, this can't be installed beside it.
"""

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.core.v1 import PodSpecArgsDict
from pulumi_kubernetes.rbac.v1 import PolicyRuleArgsDict

from infra.platform.autoscaler import operator
from infra.shared import metadata, network, versions, workloads
from infra.shared.identity import Identity, IdentityArgs
from infra.shared.metadata import Component
from infra.shared.platform_outputs import Network
from infra.shared.quantities import Resources

NAME: Final = "keda-metrics-apiserver"
API: Final = "v1beta1.external.metrics.k8s.io"
PORT: Final = 6443
METRICS_PORT: Final = 8080

RESOURCES: Final = Resources.model_validate(
    {
        "requests": {"cpu": "10m", "memory": "64Mi", "ephemeralStorage": "16Mi"},
        "limits": {"cpu": "1", "memory": "384Mi", "ephemeralStorage": "128Mi"},
    }
)


@dataclass(frozen=True, kw_only=True)
class MetricsApiArgs:
    """The metrics API's image and surroundings.

    Attributes:
        namespace: where it runs.
        image: by digest.
        operator: whom it asks, and who makes its certificate.
        network: addresses of the Kubernetes API, which asks it and is asked by it.
        prometheus_namespace: where the Prometheus is that asks it how it is.
    """

    namespace: pulumi.Input[str]
    image: str
    operator: operator.AutoscalerOperator
    network: pulumi.Output[Network]
    prometheus_namespace: pulumi.Input[str]


class MetricsApi(pulumi.ComponentResource):
    """The server with its account, service and network policy, and its entry in the Kubernetes API."""

    def __init__(self, name: str, args: MetricsApiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:platform:MetricsApi", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        selector = metadata.selector(NAME, Component.METRICS_API)
        labels = metadata.labels(NAME, Component.METRICS_API, versions.KEDA)
        ours = metadata.metadata(NAME, labels, args.namespace)

        identity = Identity(name, IdentityArgs(namespace=args.namespace, labels=labels, everywhere=_RIGHTS), opts=child)
        reader = k8s.rbac.v1.RoleBinding(
            f"{name}-authentication",
            # Where the Kubernetes API says how it signs in at servers behind it.
            metadata=metadata.metadata(f"slipway-{NAME}", labels, "kube-system"),
            role_ref={
                "api_group": "rbac.authorization.k8s.io",
                "kind": "Role",
                "name": "extension-apiserver-authentication-reader",
            },
            subjects=[{"kind": "ServiceAccount", "name": identity.account, "namespace": args.namespace}],
            opts=child,
        )
        server = k8s.apps.v1.Deployment(
            name,
            metadata=ours,
            spec={
                "replicas": 1,
                "selector": {"match_labels": selector},
                "progress_deadline_seconds": 300,
                "revision_history_limit": 3,
                "strategy": workloads.REPLACEMENT,
                "template": {
                    "metadata": {"labels": labels},
                    "spec": _pod(args, workloads.after(identity.account, reader)),
                },
            },
            # It would start without the certificate, and end.
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[args.operator.deployment])),
        )
        service = k8s.core.v1.Service(
            f"{name}-service",
            metadata=ours,
            spec={"selector": selector, "ports": [{"name": "https", "port": 443, "target_port": PORT}]},
            opts=child,
        )
        policy = k8s.networking.v1.NetworkPolicy(
            f"{name}-traffic",
            metadata=ours,
            spec={
                "pod_selector": {"match_labels": selector},
                "policy_types": ["Ingress", "Egress"],
                "ingress": network.together(
                    args.network.apply(lambda known: network.from_addresses(known.api_server, PORT)),
                    network.from_pods(metadata.EVERY_PROMETHEUS, METRICS_PORT, args.prometheus_namespace),
                ),
                "egress": network.together(
                    args.network.apply(lambda known: network.to_addresses(known.api_server)),
                    network.to_pods(metadata.of(Component.AUTOSCALER), operator.PORT, args.namespace),
                ),
            },
            opts=child,
        )
        k8s.apiregistration.v1.APIService(
            f"{name}-api",
            # While nobody answers at such an entry, no namespace of the cluster can be deleted: so it comes when its
            # server is there, goes before it, and `pulumi up` ends when it is answered.
            metadata=metadata.metadata(API, labels, annotations={"pulumi.com/waitFor": "condition=Available"}),
            spec={
                "service": {"name": service.metadata.name, "namespace": args.namespace},
                "group": "external.metrics.k8s.io",
                "version": "v1beta1",
                "group_priority_minimum": 100,
                "version_priority": 100,
            },
            opts=pulumi.ResourceOptions.merge(
                child,
                pulumi.ResourceOptions(
                    depends_on=[server, policy],
                    # The operator writes it, anew with each certificate.
                    ignore_changes=["spec.caBundle"],
                ),
            ),
        )

        self.register_outputs({})


def _pod(args: MetricsApiArgs, account: pulumi.Input[str]) -> PodSpecArgsDict:
    certificates = "/certs"
    asked = pulumi.Output.format("{0}.{1}.svc:{2}", args.operator.service, args.namespace, operator.PORT)
    return {
        "service_account_name": account,
        "automount_service_account_token": True,
        "enable_service_links": False,
        "security_context": workloads.identity(operator.USER),
        "containers": [
            {
                "name": NAME,
                "image": args.image,
                "args": [
                    f"--secure-port={PORT}",
                    f"--port={METRICS_PORT}",
                    pulumi.Output.concat("--metrics-service-address=", asked),
                    f"--cert-dir={certificates}",
                    f"--client-ca-file={certificates}/ca.crt",
                    f"--tls-cert-file={certificates}/tls.crt",
                    f"--tls-private-key-file={certificates}/tls.key",
                    "--zap-encoder=json",
                    "--zap-log-level=error",
                ],
                "env": [
                    {"name": "POD_NAMESPACE", "value_from": {"field_ref": {"field_path": "metadata.namespace"}}},
                    {"name": "WATCH_NAMESPACE", "value": ""},
                ],
                "ports": [
                    {"name": "https", "container_port": PORT},
                    {"name": "metrics", "container_port": METRICS_PORT},
                ],
                "readiness_probe": {
                    "http_get": {"path": "/readyz", "port": "https", "scheme": "HTTPS"},
                    "period_seconds": 5,
                },
                "liveness_probe": {
                    "http_get": {"path": "/healthz", "port": "https", "scheme": "HTTPS"},
                    "initial_delay_seconds": 25,
                    "period_seconds": 20,
                    "timeout_seconds": 10,
                },
                "resources": RESOURCES.requirements(),
                "security_context": workloads.CONTAINER,
                "volume_mounts": [
                    {"name": "certificates", "mount_path": certificates, "read_only": True},
                    {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 - an emptyDir of its own
                ],
            }
        ],
        "volumes": [
            {"name": "certificates", "secret": {"secret_name": operator.CERTIFICATES}},
            {"name": "tmp", "empty_dir": {"size_limit": "64Mi"}},
        ],
    }


_READ: Final = ["get", "list", "watch"]
_RIGHTS: Final[list[PolicyRuleArgsDict]] = [
    {"api_groups": ["keda.sh"], "resources": ["scaledobjects"], "verbs": _READ},
    # Who asks, and whether they may, it asks the Kubernetes API.
    {"api_groups": ["authentication.k8s.io"], "resources": ["tokenreviews"], "verbs": ["create"]},
    {"api_groups": ["authorization.k8s.io"], "resources": ["subjectaccessreviews"], "verbs": ["create"]},
]
