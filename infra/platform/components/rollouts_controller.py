"""Argo Rollouts' controller: watches canaries from inside the cluster, so an abort needs no one outside it."""

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_kubernetes as k8s

from infra import availability, labels, security, traffic, versions
from infra.labels import Component
from infra.resources import Resources

NAME: Final = "argo-rollouts"
RESOURCES: Final = Resources.model_validate(
    {
        "requests": {"cpu": "50m", "memory": "128Mi", "ephemeralStorage": "64Mi"},
        "limits": {"cpu": "1", "memory": "512Mi", "ephemeralStorage": "256Mi"},
    }
)

_USER: Final = 65532
_HOME: Final = "/home/argo-rollouts"


@dataclass(frozen=True, kw_only=True)
class RolloutsControllerArgs:
    """The controller's image and surroundings.

    Attributes:
        namespace: where it runs.
        account: its service account.
        image: by digest.
        definitions: the CRDs that it watches.
        api_server: egress rule to the Kubernetes API, all that it talks to.
    """

    namespace: pulumi.Input[str]
    account: pulumi.Input[str]
    image: str
    definitions: pulumi.Resource
    api_server: traffic.EgressRule


class RolloutsController(pulumi.ComponentResource):
    """The controller: one pod, and a second one during an upgrade, kept apart by leader election."""

    def __init__(self, name: str, args: RolloutsControllerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:platform:RolloutsController", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        selector = labels.selector(NAME, Component.ROLLOUTS_CONTROLLER)
        every = labels.labels(NAME, Component.ROLLOUTS_CONTROLLER, versions.ARGO_ROLLOUTS)

        k8s.apps.v1.Deployment(
            name,
            metadata={"name": NAME, "namespace": args.namespace, "labels": every},
            spec={
                "replicas": 1,
                "selector": {"match_labels": selector},
                "progress_deadline_seconds": 300,
                "revision_history_limit": 3,
                "strategy": availability.REPLACEMENT,
                "template": {
                    "metadata": {"labels": every},
                    "spec": {
                        "service_account_name": args.account,
                        "automount_service_account_token": True,
                        "enable_service_links": False,
                        "security_context": security.pod(_USER),
                        "containers": [
                            {
                                "name": NAME,
                                "image": args.image,
                                # It makes a folder for plug-ins where it runs.
                                "working_dir": _HOME,
                                "args": ["--leader-elect=true", "--logformat=json"],
                                "ports": [{"name": "healthz", "container_port": 8080}],
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
                                "security_context": security.CONTAINER,
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
            metadata={"name": NAME, "namespace": args.namespace, "labels": every},
            spec={
                "pod_selector": {"match_labels": selector},
                "policy_types": ["Ingress", "Egress"],
                "egress": [args.api_server],
            },
            opts=child,
        )

        self.register_outputs({})
