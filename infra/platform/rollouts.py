"""Argo Rollouts' controller: watches canaries from inside the cluster, so an abort needs no one outside it."""

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.rbac.v1 import PolicyRuleArgsDict

from infra.shared import metadata, network, versions, workloads
from infra.shared.identity import Identity, IdentityArgs
from infra.shared.metadata import Component
from infra.shared.quantities import Quota, Resources, needed

NAMESPACE: Final = "argo-rollouts"
NAME: Final = "argo-rollouts"
METRICS_PORT: Final = 8090
RESOURCES: Final = Resources.model_validate(
    {
        "requests": {"cpu": "50m", "memory": "128Mi", "ephemeralStorage": "64Mi"},
        "limits": {"cpu": "1", "memory": "512Mi", "ephemeralStorage": "256Mi"},
    }
)

_USER: Final = 65532
_HOME: Final = "/home/argo-rollouts"


def quota() -> Quota:
    """What its namespace holds: the pod, and a second one during an upgrade."""
    return needed([(RESOURCES, 2)])


@dataclass(frozen=True, kw_only=True)
class RolloutsControllerArgs:
    """The controller's image and surroundings.

    Attributes:
        namespace: where it runs.
        image: by digest.
        definitions: the CRDs that it watches.
        to_api_server: egress rules to the Kubernetes API.
        monitoring_namespace: where the Prometheus is that asks it how it is, and that it asks how releases are.
        prometheus_port: where that listens.
    """

    namespace: pulumi.Input[str]
    image: str
    definitions: pulumi.Resource
    to_api_server: pulumi.Input[list[network.EgressRule]]
    monitoring_namespace: str
    prometheus_port: int


class RolloutsController(pulumi.ComponentResource):
    """The controller: one pod, and a second one during an upgrade, kept apart by leader election."""

    def __init__(self, name: str, args: RolloutsControllerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:platform:RolloutsController", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        selector = metadata.selector(NAME, Component.ROLLOUTS_CONTROLLER)
        labels = metadata.labels(NAME, Component.ROLLOUTS_CONTROLLER, versions.ARGO_ROLLOUTS)
        ours = metadata.metadata(NAME, labels, args.namespace)

        identity = Identity(
            name,
            IdentityArgs(namespace=args.namespace, labels=labels, everywhere=_RIGHTS, at_home=_RIGHTS_AT_HOME),
            opts=child,
        )
        k8s.apps.v1.Deployment(
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
                    "spec": {
                        "service_account_name": identity.account,
                        "automount_service_account_token": True,
                        "enable_service_links": False,
                        "security_context": workloads.identity(_USER),
                        "containers": [
                            {
                                "name": NAME,
                                "image": args.image,
                                # It makes a folder for plug-ins where it runs.
                                "working_dir": _HOME,
                                "args": ["--leader-elect=true", "--logformat=json"],
                                "ports": [
                                    {"name": "healthz", "container_port": 8080},
                                    {"name": "metrics", "container_port": METRICS_PORT},
                                ],
                                "readiness_probe": {
                                    "http_get": {"path": "/healthz", "port": "healthz"},
                                    "period_seconds": 5,
                                },
                                "liveness_probe": {
                                    "http_get": {"path": "/healthz", "port": "healthz"},
                                    "initial_delay_seconds": 30,
                                    "period_seconds": 20,
                                    "timeout_seconds": 10,
                                },
                                "resources": RESOURCES.requirements(),
                                "security_context": workloads.CONTAINER,
                                "volume_mounts": [
                                    {"name": "plugins", "mount_path": f"{_HOME}/plugin-bin"},
                                    {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 - an emptyDir of its own
                                ],
                            }
                        ],
                        "volumes": [
                            {"name": "plugins", "empty_dir": {"size_limit": "64Mi"}},
                            {"name": "tmp", "empty_dir": {"size_limit": "64Mi"}},
                        ],
                    },
                },
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
                "ingress": [
                    network.from_pods(metadata.EVERY_PROMETHEUS, METRICS_PORT, args.monitoring_namespace),
                ],
                "egress": network.together(
                    args.to_api_server,
                    network.to_pods(metadata.EVERY_PROMETHEUS, args.prometheus_port, args.monitoring_namespace),
                ),
            },
            opts=child,
        )

        self.register_outputs({})


_READ: Final = ["get", "list", "watch"]
_WRITE: Final = ["create", "update", "patch", "delete"]
# Upstream's rules, without what is not used here. Of Secrets and ConfigMaps it only needs those of its own namespace.
_RIGHTS: Final[list[PolicyRuleArgsDict]] = [
    {
        "api_groups": ["argoproj.io"],
        "resources": ["rollouts", "rollouts/finalizers", "rollouts/status"],
        "verbs": [*_READ, "update", "patch"],
    },
    {
        "api_groups": ["argoproj.io"],
        "resources": ["analysisruns", "analysisruns/finalizers", "experiments", "experiments/finalizers"],
        "verbs": [*_READ, *_WRITE],
    },
    {"api_groups": ["argoproj.io"], "resources": ["analysistemplates", "clusteranalysistemplates"], "verbs": _READ},
    {"api_groups": ["apps"], "resources": ["replicasets"], "verbs": [*_READ, *_WRITE]},
    # A Rollout takes its pod template from a Deployment. It never scales it (`scaleDown: never`), so reading will do.
    {"api_groups": ["apps"], "resources": ["deployments"], "verbs": _READ},
    {"api_groups": [""], "resources": ["services"], "verbs": [*_READ, "patch"]},
    {"api_groups": ["traefik.io"], "resources": ["traefikservices"], "verbs": ["get", "watch", "update"]},
    # It labels those on trial, where a stack has requests copied to them.
    {"api_groups": [""], "resources": ["pods"], "verbs": [*_READ, "update"]},
    {"api_groups": [""], "resources": ["pods/eviction"], "verbs": ["create"]},
    {"api_groups": [""], "resources": ["events"], "verbs": ["create", "update", "patch"]},
    # Watched by informers that have to start, and otherwise unused.
    {"api_groups": ["networking.k8s.io"], "resources": ["ingresses"], "verbs": _READ},
    # An analysis asks golden readings by a Job, which it takes away when the release has ended before.
    {"api_groups": ["batch"], "resources": ["jobs"], "verbs": [*_READ, "create", "delete"]},
]

_RIGHTS_AT_HOME: Final[list[PolicyRuleArgsDict]] = [
    {"api_groups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["create", "get", "update"]},
    {"api_groups": [""], "resources": ["configmaps", "secrets"], "verbs": _READ},
]
