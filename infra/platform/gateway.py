"""The gateway: Traefik, which every request to a model passes.

It reads routes from Traefik's own CRDs in all namespaces, follows no reference from one namespace to another, and
has no dashboard, no API and no telemetry; Prometheus alone may ask for its figures. TLS ends in front of it.
"""

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.core.v1 import PodSpecArgsDict, ServicePortArgsDict, ServiceSpecArgsDict
from pulumi_kubernetes.core.v1.outputs import ServiceStatus
from pulumi_kubernetes.rbac.v1 import PolicyRuleArgsDict

from infra.platform.foundation.foundation import Entrance
from infra.shared import metadata, network, versions, workloads
from infra.shared.identity import Identity, IdentityArgs
from infra.shared.metadata import Component
from infra.shared.quantities import Quota, Resources, needed

NAMESPACE: Final = "gateway"
NAME: Final = "traefik"
PORT: Final = 8000
"""Where its pods listen."""
MONITORING_PORT: Final = 8080
"""Where they tell how they are, to probes and Prometheus."""

RESOURCES: Final = Resources.model_validate(
    {
        "requests": {"cpu": "100m", "memory": "128Mi", "ephemeralStorage": "64Mi"},
        "limits": {"cpu": "1", "memory": "384Mi", "ephemeralStorage": "256Mi"},
    }
)

_USER: Final = 65532
# A pod that goes: for so long it takes requests as if nothing had happened, until every node knows (a load balancer may
# take longer and says so), …
_ACCEPT_SECONDS: Final = 10
# … and then the requests in flight have so long to finish.
_FINISH_SECONDS: Final = 15


def quota(replicas: int) -> Quota:
    """What its namespace holds: twice the replicas, because an upgrade brings new pods before old ones go."""
    return needed([(RESOURCES, 2 * replicas)])


@dataclass(frozen=True, kw_only=True)
class TraefikGatewayArgs:
    """The gateway's size, image and surroundings.

    Attributes:
        namespace: where it runs.
        image: by digest.
        replicas: number of pods.
        entrance: how requests get to it.
        definitions: the CRDs that it watches.
        to_api_server: egress rules to the Kubernetes API.
        monitoring_namespace: where the Prometheus is that asks it how it is.
    """

    namespace: pulumi.Input[str]
    image: str
    replicas: int
    entrance: Entrance
    definitions: pulumi.Resource
    to_api_server: pulumi.Input[list[network.EgressRule]]
    monitoring_namespace: str


class TraefikGateway(pulumi.ComponentResource):
    """Traefik with its account, service, disruption budget and network policy.

    Attributes:
        internal_url: where pods reach it.
        address: host name of the load balancer in front of it; None without one.
    """

    internal_url: pulumi.Output[str]
    address: pulumi.Output[str] | None

    def __init__(self, name: str, args: TraefikGatewayArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:platform:Gateway", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        selector = metadata.selector(NAME, Component.GATEWAY)
        labels = metadata.labels(NAME, Component.GATEWAY, versions.TRAEFIK)
        ours = metadata.metadata(NAME, labels, args.namespace)

        balancer = args.entrance.load_balancer
        ready = max(5, balancer.registration_seconds if balancer else 0)
        accept = max(_ACCEPT_SECONDS, balancer.deregistration_seconds if balancer else 0)

        identity = Identity(name, IdentityArgs(namespace=args.namespace, labels=labels, everywhere=_RIGHTS), opts=child)
        k8s.apps.v1.Deployment(
            name,
            metadata=ours,
            spec={
                "replicas": args.replicas,
                "selector": {"match_labels": selector},
                "min_ready_seconds": ready,
                "progress_deadline_seconds": 300 + ready,
                "revision_history_limit": 3,
                "strategy": workloads.REPLACEMENT,
                "template": {
                    "metadata": {"labels": labels},
                    "spec": _pod(identity.account, args.image, selector, accept),
                },
            },
            # No value flows from a definition to the controller that watches its objects.
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[args.definitions])),
        )
        k8s.policy.v1.PodDisruptionBudget(
            f"{name}-disruption", metadata=ours, spec=workloads.budget(selector), opts=child
        )
        service = k8s.core.v1.Service(
            f"{name}-service",
            metadata=metadata.metadata(NAME, labels, args.namespace, balancer.annotations if balancer else None),
            spec=_service(args.entrance, selector),
            opts=child,
        )
        k8s.networking.v1.NetworkPolicy(
            f"{name}-traffic",
            metadata=ours,
            spec={
                "pod_selector": {"match_labels": selector},
                "policy_types": ["Ingress", "Egress"],
                "ingress": [
                    {"ports": [{"protocol": "TCP", "port": PORT}]},
                    network.from_pods(metadata.EVERY_PROMETHEUS, MONITORING_PORT, args.monitoring_namespace),
                ],
                "egress": network.together(
                    args.to_api_server,
                    network.to_pods(metadata.of(Component.MODEL_SERVER), network.MODEL_SERVER_PORT),
                ),
            },
            opts=child,
        )

        self.internal_url = pulumi.Output.format(
            "http://{0}.{1}.svc.cluster.local", service.metadata.name, service.metadata.namespace
        )
        self.address = service.status.apply(_host) if balancer else None
        self.register_outputs({"internalUrl": self.internal_url})


def _service(entrance: Entrance, selector: dict[str, str]) -> ServiceSpecArgsDict:
    port: ServicePortArgsDict = {"name": "web", "port": entrance.port, "target_port": "web"}
    if entrance.node_port is not None:
        port["node_port"] = entrance.node_port
    spec: ServiceSpecArgsDict = {"type": entrance.service_type, "selector": selector, "ports": [port]}
    if entrance.load_balancer:
        spec["load_balancer_class"] = entrance.load_balancer.class_name
        spec["load_balancer_source_ranges"] = entrance.load_balancer.open_to
        # Its targets are the pods themselves: no node needs a port for them.
        spec["allocate_load_balancer_node_ports"] = False
    return spec


def _host(status: ServiceStatus | None) -> str:
    found = [one.hostname for one in (status.load_balancer.ingress or [])] if status and status.load_balancer else []
    if not found or not found[0]:
        raise pulumi.RunError(
            f"the load balancer of {NAMESPACE}/{NAME} has no host name yet: `kubectl describe` of that Service tells "
            "why, and `pulumi up` waits for it again"
        )
    return found[0]


def _pod(
    account: pulumi.Input[str], image: pulumi.Input[str], selector: dict[str, str], accept_seconds: int
) -> PodSpecArgsDict:
    return {
        "service_account_name": account,
        "automount_service_account_token": True,
        "enable_service_links": False,
        "termination_grace_period_seconds": accept_seconds + _FINISH_SECONDS + 5,
        "security_context": workloads.identity(_USER),
        "topology_spread_constraints": workloads.spread(selector),
        "containers": [
            {
                "name": NAME,
                "image": image,
                "args": _arguments(accept_seconds),
                "ports": [
                    {"name": "web", "container_port": PORT},
                    {"name": "monitoring", "container_port": MONITORING_PORT},
                ],
                # Its first configuration comes a moment after it starts to listen; a pod without one answers 404.
                "readiness_probe": {
                    "http_get": {"path": "/ping", "port": "monitoring"},
                    "initial_delay_seconds": 5,
                    "period_seconds": 2,
                    "failure_threshold": 1,
                },
                "liveness_probe": {
                    "http_get": {"path": "/ping", "port": "monitoring"},
                    "initial_delay_seconds": 5,
                    "period_seconds": 10,
                    # While it drains, /ping answers 503: that must not count as dead.
                    "failure_threshold": 6,
                },
                "resources": RESOURCES.requirements(),
                "security_context": workloads.CONTAINER,
            }
        ],
    }


def _arguments(accept_seconds: int) -> list[str]:
    return [
        "--global.checkNewVersion=false",
        "--global.sendAnonymousUsage=false",
        "--log.format=json",
        "--log.level=INFO",
        "--ping=true",
        f"--entryPoints.web.address=:{PORT}/tcp",
        f"--entryPoints.web.transport.lifeCycle.requestAcceptGraceTimeout={accept_seconds}s",
        f"--entryPoints.web.transport.lifeCycle.graceTimeOut={_FINISH_SECONDS}s",
        # `traefik` is the entry point that /ping and /metrics are served on; it has to outlive `web`.
        f"--entryPoints.traefik.address=:{MONITORING_PORT}/tcp",
        f"--entryPoints.traefik.transport.lifeCycle.requestAcceptGraceTimeout={accept_seconds + _FINISH_SECONDS}s",
        "--metrics.prometheus=true",
        # Of all requests together: what one model gets and answers, it tells itself.
        "--metrics.prometheus.addEntryPointsLabels=true",
        "--metrics.prometheus.addServicesLabels=false",
        "--providers.kubernetescrd=true",
        # Without it, one service without a ready pod takes its whole route away: 404 for everyone.
        "--providers.kubernetescrd.allowEmptyServices=true",
        "--providers.kubernetescrd.allowCrossNamespace=false",
        "--providers.kubernetescrd.allowExternalNameServices=false",
        # It then needs no rights on nodes and ingress classes.
        "--providers.kubernetescrd.disableClusterScopeResources=true",
    ]


_READ: Final = ["get", "list", "watch"]
# Upstream's rules, without what is not used here. It watches Secrets and ConfigMaps because it could be told to use
# them, and its informers fail without.
_RIGHTS: Final[list[PolicyRuleArgsDict]] = [
    {"api_groups": [""], "resources": ["configmaps", "secrets", "services"], "verbs": _READ},
    {"api_groups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": _READ},
    {
        "api_groups": ["traefik.io"],
        "resources": [
            "ingressroutes",
            "ingressroutetcps",
            "ingressrouteudps",
            "middlewares",
            "middlewaretcps",
            "serverstransports",
            "serverstransporttcps",
            "tlsoptions",
            "tlsstores",
            "traefikservices",
        ],
        "verbs": _READ,
    },
]
