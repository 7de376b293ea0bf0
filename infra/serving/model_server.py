"""A model's pods: the template that Argo Rollouts makes them from, who they are, and what they may talk to.

A pod is one container, which downloads the model itself and is ready when it answers. Its image holds no model; its
root file system is read-only, and what it writes goes to two emptyDirs of limited size.

Its release is a short name for everything that its template says: the same template has the same id, so a change of
the stack that doesn't reach the pods makes no release, and a rollback gets the id that it had. It stands in the
template as an annotation, from which the pod reads it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.core.v1 import EnvVarArgsDict, PodSpecArgsDict

from infra.serving.config import TMP, Model
from infra.serving.tracing import Tracing
from infra.shared import metadata, network, workloads
from infra.shared.metadata import Component
from infra.shared.namespaces import SYNTHETIC_TOKEN, SYNTHETIC_TOKEN_KEY
from infra.shared.platform_outputs import ModelStore, PlatformOutputs
from infra.shared.vocabulary import MONITORING_NAMESPACE

RELEASE: Final = "slipway.dev/release"
"""The pod's annotation."""

USER: Final = 10001
CACHE: Final = "/models"

# A pod that goes: Kubernetes tells the gateway while the pod still knows nothing of it, …
PRE_STOP_SECONDS: Final = 5
# … then the service drains and finishes what is in flight (service/settings.py), and there is room to spare.
GRACE_SECONDS: Final = 40


@dataclass(frozen=True, kw_only=True)
class ModelServerArgs:
    """What to serve.

    Attributes:
        model_name: as in the store, like `maintenance_predictor`.
        model: version, digest and numbers.
        namespace: where it runs.
        image: the service's image by digest.
        platform: model store and gateway.
        tracing: where traces of its predictions go; None where nothing is traced.
        key: public key that the model has to be signed with; None where it needn't be.
        after: what judges it: a release that began before would be judged by what the one before it was.
    """

    model_name: str
    model: Model
    namespace: str
    image: pulumi.Input[str]
    platform: PlatformOutputs
    tracing: Tracing | None
    key: str | None
    after: Sequence[pulumi.Resource]


class ModelServer(pulumi.ComponentResource):
    """Service account, Deployment without pods, disruption budget and network policy.

    Attributes:
        release: id of what the template says.
        deployment: the Deployment's name; the Rollout takes its template.
    """

    release: pulumi.Output[str]
    deployment: pulumi.Output[str]

    def __init__(self, name: str, args: ModelServerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:serving:ModelServer", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        selector = metadata.selector(name, Component.MODEL_SERVER)
        # Without the version: what is no part of a release must not change with it.
        ours = metadata.metadata(name, selector, args.namespace)

        account = k8s.core.v1.ServiceAccount(
            f"{name}-account", metadata=ours, automount_service_account_token=False, opts=child
        )
        pod_labels = metadata.labels(name, Component.MODEL_SERVER, args.model.version)
        collector = args.tracing.addresses if args.tracing else []
        pod = _pod(args, account.metadata.name, selector)
        self.release = release(name, args)
        deployment = k8s.apps.v1.Deployment(
            name,
            metadata=ours,
            spec={
                # It only holds the template; the pods are the Rollout's.
                "replicas": 0,
                "revision_history_limit": 1,
                "selector": {"match_labels": selector},
                "template": {
                    "metadata": {"labels": pod_labels, "annotations": {RELEASE: self.release}},
                    "spec": pod,
                },
            },
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=args.after)),
        )
        k8s.policy.v1.PodDisruptionBudget(
            f"{name}-disruption",
            metadata=ours,
            spec=workloads.budget(selector),
            opts=child,
        )
        k8s.networking.v1.NetworkPolicy(
            f"{name}-traffic",
            metadata=ours,
            spec={
                "pod_selector": {"match_labels": selector},
                "policy_types": ["Ingress", "Egress"],
                "ingress": [
                    network.from_pods(
                        metadata.of(Component.GATEWAY),
                        network.MODEL_SERVER_PORT,
                        args.platform.gateway.apply(lambda gateway: gateway.namespace),
                    ),
                    # Verification asks pods that aren't ready why, and Prometheus all of them how they are. Probes come
                    # from the node, which no policy keeps out.
                    network.from_pods(metadata.of(Component.VERIFICATION), network.MONITORING_PORT, args.namespace),
                    network.from_pods(
                        metadata.selector(name, Component.GOLDEN_READINGS), network.MODEL_SERVER_PORT, args.namespace
                    ),
                    network.from_pods(
                        metadata.EVERY_PROMETHEUS,
                        network.MONITORING_PORT,
                        args.platform.monitoring.apply(lambda one: one.namespace if one else MONITORING_NAMESPACE),
                    ),
                ],
                "egress": args.platform.network.apply(
                    lambda known: network.to_addresses([*known.model_store, *collector])
                ),
            },
            opts=child,
        )

        self.deployment = deployment.metadata.name
        self.register_outputs({"release": self.release, "deployment": self.deployment})


def release(name: str, args: ModelServerArgs) -> pulumi.Output[str]:
    """The id of the release whose pods these are: ten hexadecimal digits of what their template says."""
    labels = metadata.labels(name, Component.MODEL_SERVER, args.model.version)
    template = {"labels": labels, "spec": _pod(args, name, metadata.selector(name, Component.MODEL_SERVER))}
    return pulumi.Output.json_dumps(template, sort_keys=True).apply(
        lambda content: hashlib.sha256(content.encode()).hexdigest()[:10]
    )


def _pod(args: ModelServerArgs, account: pulumi.Input[str], selector: dict[str, str]) -> PodSpecArgsDict:
    return {
        "service_account_name": account,
        "automount_service_account_token": False,
        "enable_service_links": False,
        "termination_grace_period_seconds": GRACE_SECONDS,
        "security_context": workloads.identity(USER),
        "topology_spread_constraints": workloads.spread(selector),
        "containers": [
            {
                "name": "model-server",
                "image": args.image,
                "ports": [
                    {"name": "http", "container_port": network.MODEL_SERVER_PORT},
                    {"name": "monitoring", "container_port": network.MONITORING_PORT},
                ],
                "env": _environment(args),
                "resources": args.model.resources.requirements(),
                "security_context": workloads.CONTAINER,
                # Probes are answered by a thread that does nothing else: however many requests wait, it needs a few
                # milliseconds of processor time, and within two seconds even a throttled pod on a full node has them.
                #
                # The server listens at once and loads the model meanwhile, so being alive is soon known and says
                # nothing of the model; readiness does.
                "startup_probe": {
                    "http_get": {"path": "/livez", "port": "monitoring"},
                    "period_seconds": 1,
                    "timeout_seconds": 2,
                    "failure_threshold": 60,
                },
                # A pod that hangs is unready within seconds and gets no more requests, so there is time to be sure.
                # While TensorFlow is loaded, Python stands still, and the thread with it: for tenths of a second
                # where there is a core for it and the disk is warm, and longer with less.
                "liveness_probe": {
                    "http_get": {"path": "/livez", "port": "monitoring"},
                    "period_seconds": 5,
                    "timeout_seconds": 2,
                    "failure_threshold": 6,
                },
                "readiness_probe": {
                    "http_get": {"path": "/readyz", "port": "monitoring"},
                    "period_seconds": 2,
                    "timeout_seconds": 2,
                    "failure_threshold": 2,
                },
                "lifecycle": {"pre_stop": {"sleep": {"seconds": PRE_STOP_SECONDS}}},
                "volume_mounts": [
                    {"name": "models", "mount_path": CACHE},
                    {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 - an emptyDir of its own
                ],
            }
        ],
        "volumes": [
            {"name": "models", "empty_dir": {"size_limit": str(args.model.cache)}},
            {"name": "tmp", "empty_dir": {"size_limit": str(TMP)}},
        ],
    }


def _environment(args: ModelServerArgs) -> pulumi.Output[list[EnvVarArgsDict]]:
    def variables(store: ModelStore) -> list[EnvVarArgsDict]:
        plain = {
            "MODEL_NAME": args.model_name,
            "MODEL_VERSION": args.model.version,
            "AWS_REGION": store.region,
            "MODEL_STORE": store.url,
            "MODEL_MANIFEST": args.model.manifest,
            "MODEL_CACHE": CACHE,
            **({"MODEL_PUBLIC_KEY": args.key} if args.key else {}),
            **({"PROCESSES": str(args.model.processes)} if args.model.processes > 1 else {}),
            **dict(sorted(store.environment.items())),
            **(args.tracing.variables(args.namespace) if args.tracing else {}),
        }
        named: list[EnvVarArgsDict] = [{"name": name, "value": value} for name, value in plain.items()]
        return [
            *named,
            # By its name alone: who deploys models doesn't read it.
            {
                "name": "SYNTHETIC_TOKEN",
                "value_from": {"secret_key_ref": {"name": SYNTHETIC_TOKEN, "key": SYNTHETIC_TOKEN_KEY}},
            },
            # From the annotation: the id can't be part of what it is made from.
            {"name": "RELEASE", "value_from": {"field_ref": {"field_path": f"metadata.annotations['{RELEASE}']"}}},
        ]

    # Which variables there are is the platform's to say; all of it is known in a preview.
    return args.platform.model_store.apply(variables)
