"""Which awaiter judges an object."""

from typing import Final

from sandbox.plugins.kubernetes.awaiting import network, others, runs, wait_for, workloads
from sandbox.plugins.kubernetes.awaiting.awaiter import Awaiter
from sandbox.plugins.kubernetes.objects import Object, annotation, kind_of

SKIP_AWAIT: Final = "pulumi.com/skipAwait"

AWAITERS: Final[dict[tuple[str, str], Awaiter]] = {
    ("apps", "Deployment"): workloads.DEPLOYMENT,
    ("apps", "StatefulSet"): workloads.STATEFUL_SET,
    ("apps", "DaemonSet"): workloads.DAEMON_SET,
    ("batch", "Job"): runs.JOB,
    ("", "Pod"): runs.POD,
    ("", "ReplicationController"): workloads.REPLICATION_CONTROLLER,
    ("", "Service"): network.SERVICE,
    ("networking.k8s.io", "Ingress"): network.INGRESS,
    ("", "PersistentVolumeClaim"): others.CLAIM,
    ("", "PersistentVolume"): others.VOLUME,
    ("", "ResourceQuota"): others.QUOTA,
    ("", "Secret"): others.SECRET,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): others.DEFINITION,
}


def skips(obj: Object) -> bool:
    """Whether the program asks not to wait for this object."""
    return annotation(obj, SKIP_AWAIT).lower() == "true"


def awaiter_of(obj: Object) -> Awaiter | None:
    """How to judge the object; None when its existence is enough."""
    if skips(obj):
        return None
    if chosen := annotation(obj, wait_for.ANNOTATION):
        return wait_for.awaiter(chosen)
    kind = kind_of(obj)
    return AWAITERS.get((kind.group, kind.kind))
