"""What runs inside the cluster from its beginning: cluster DNS and resource metrics, and the rights they need."""

from typing import Any

from sandbox.kubernetes.addons import coredns, metrics_server
from sandbox.kubernetes.pki import KUBELET_CLIENT, Pki


def manifests(images: dict[str, str], pki: Pki) -> list[dict[str, Any]]:
    """All objects, in the order in which they are applied.

    Args:
        images: reference by name.
        pki: for the certificate at which metrics-server answers.
    """
    return [
        _kubelet_access(),
        *coredns.manifests(images["coredns"]),
        *metrics_server.manifests(images["metrics-server"], pki),
    ]


def _kubelet_access() -> dict[str, Any]:
    """Lets the API server ask the kubelet for logs and commands: Kubernetes has the role, but binds it to nobody."""
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "sandbox:kubelet-api-admin"},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": "system:kubelet-api-admin",
        },
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": KUBELET_CLIENT.user}],
    }
