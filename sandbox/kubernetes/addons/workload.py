"""The parts of a manifest that both add-ons share: labels, and containers that may do as little as possible."""

from typing import Any, Final

NAMESPACE: Final = "kube-system"
RBAC: Final = "rbac.authorization.k8s.io"

POD_SECURITY: Final[dict[str, Any]] = {
    "runAsNonRoot": True,
    "runAsUser": 65532,
    "runAsGroup": 65532,
    "seccompProfile": {"type": "RuntimeDefault"},
}
CONTAINER_SECURITY: Final[dict[str, Any]] = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
}


def metadata(name: str) -> dict[str, Any]:
    """Name, namespace and labels of an add-on's object."""
    return {"name": name, "namespace": NAMESPACE, "labels": selector(name)}


def selector(name: str) -> dict[str, str]:
    """The label by which an add-on's pods are found."""
    return {"app.kubernetes.io/name": name}


def deployment(name: str, pod: dict[str, Any], labels: dict[str, str] | None = None) -> dict[str, Any]:
    """A deployment of one pod; `labels` are added to the pod alone."""
    template = {"metadata": {"labels": {**selector(name), **(labels or {})}}, "spec": pod}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(name),
        "spec": {"replicas": 1, "selector": {"matchLabels": selector(name)}, "template": template},
    }


def service_account(name: str) -> dict[str, Any]:
    """A service account."""
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata(name)}


def cluster_role(name: str, rules: list[dict[str, Any]]) -> dict[str, Any]:
    """A cluster role."""
    return {"apiVersion": f"{RBAC}/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules}


def binding(kind: str, metadata: dict[str, Any], role: tuple[str, str], account: str) -> dict[str, Any]:
    """A binding of `role` (kind and name) to a service account."""
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": kind,
        "metadata": metadata,
        "roleRef": {"apiGroup": RBAC, "kind": role[0], "name": role[1]},
        "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": NAMESPACE}],
    }
