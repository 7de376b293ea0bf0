"""Which changed fields need a new object instead of an update: the official plugin's table.

A path counts with everything below it. Names and namespaces count for every type.
"""

from typing import Final

from sandbox.plugins.kubernetes.objects import GroupVersionKind, is_map
from sandbox.plugins.kubernetes.paths import Path, covers

IDENTITY: Final[tuple[Path, ...]] = (("metadata", "name"), ("metadata", "namespace"))

_CONTAINER: Final = [
    "args",
    "command",
    "env",
    "image",
    "imagePullPolicy",
    "lifecycle",
    "livenessProbe",
    "ports",
    "readinessProbe",
    "resources",
    "securityContext",
    "stdin",
    "stdinOnce",
    "terminationMessagePath",
    "terminationMessagePolicy",
    "tty",
    "volumeDevices",
    "volumeMounts",
    "workingDir",
]
_POD: Final = [
    "affinity",
    "automountServiceAccountToken",
    "dnsConfig",
    "dnsPolicy",
    "enableServiceLinks",
    "hostAliases",
    "hostIPC",
    "hostNetwork",
    "hostPID",
    "hostname",
    "imagePullSecrets",
    "nodeName",
    "nodeSelector",
    "overhead",
    "preemptionPolicy",
    "priority",
    "priorityClassName",
    "readinessGates",
    "restartPolicy",
    "runtimeClassName",
    "schedulerName",
    "securityContext",
    "serviceAccount",
    "serviceAccountName",
    "shareProcessNamespace",
    "subdomain",
    "terminationGracePeriodSeconds",
    "volumes",
]
_VOLUME_SOURCES: Final = [
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "csi",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "glusterfs",
    "hostPath",
    "iscsi",
    "local",
    "nfs",
    "photonPersistentDisk",
    "portworxVolume",
    "quobyte",
    "rbd",
    "scaleIO",
    "storageos",
    "vsphereVolume",
]
_STATEFUL_SET: Final = (
    "podManagementPolicy",
    "revisionHistoryLimit",
    "selector",
    "serviceName",
    "volumeClaimTemplates",
)

# Without the version: the API server serves one version of these today.
REPLACED: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("", "ConfigMap"): ("binaryData", "data"),
    ("", "Secret"): ("type", "stringData", "data"),
    ("", "Service"): ("spec.clusterIP",),
    ("", "ResourceQuota"): ("spec.scopes",),
    ("", "PersistentVolumeClaim"): ("spec",),
    ("", "PersistentVolume"): tuple(f"spec.{source}" for source in _VOLUME_SOURCES),
    ("", "Pod"): (
        *(f"spec.{field}" for field in _POD),
        *(f"spec.{containers}.*.{field}" for containers in ("containers", "initContainers") for field in _CONTAINER),
    ),
    ("apps", "Deployment"): ("spec.selector",),
    ("apps", "StatefulSet"): tuple(f"spec.{field}" for field in _STATEFUL_SET),
    ("batch", "Job"): ("spec.completions", "spec.parallelism", "spec.selector", "spec.template"),
    ("rbac.authorization.k8s.io", "RoleBinding"): ("roleRef",),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): ("roleRef",),
    ("storage.k8s.io", "StorageClass"): ("parameters", "provisioner"),
}


def rules(kind: GroupVersionKind, *, mutable: frozenset[str]) -> tuple[Path, ...]:
    """Paths of `kind` whose change replaces the object.

    Args:
        kind: the object's type.
        mutable: kinds that the provider's settings allow to be updated (`ConfigMap`, `Secret`).
    """
    fields = () if kind.kind in mutable else REPLACED.get((kind.group, kind.kind), ())
    return (*IDENTITY, *(tuple(path.split(".")) for path in fields))


def replaces(path: Path, changed: object, patterns: tuple[Path, ...]) -> bool:
    """Whether a change at `path` replaces the object.

    Args:
        path: where the change is.
        changed: the new value there; a whole map that is new counts when a pattern leads into it.
        patterns: from `rules`.
    """
    return any(
        covers(pattern, path) or (covers(path, pattern) and _has(changed, pattern[len(path) :])) for pattern in patterns
    )


def _has(value: object, keys: Path) -> bool:
    for key in keys:
        if not is_map(value) or key not in value:
            return False
        value = value[key]
    return True
