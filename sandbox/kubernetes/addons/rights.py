"""The rights of components that Kubernetes has no binding for: without them they don't work, so they come first."""

from typing import Any

from sandbox.kubernetes.addons import workload
from sandbox.kubernetes.pki import AUTO_MODE, KUBELET_CLIENT, NETWORK_POLICIES, Identity


def manifests() -> list[dict[str, Any]]:
    """All objects, in the order in which they are applied."""
    role, auto_mode = "sandbox:network-policies", "sandbox:auto-mode"
    read = ["get", "list", "watch"]
    return [
        # The API server asks the kubelet for logs and commands; Kubernetes has the role, but binds it to nobody.
        _binding("sandbox:kubelet-api-admin", "system:kubelet-api-admin", KUBELET_CLIENT),
        workload.cluster_role(
            role,
            [
                {"apiGroups": [""], "resources": ["pods", "namespaces"], "verbs": ["list", "watch"]},
                {"apiGroups": ["networking.k8s.io"], "resources": ["networkpolicies"], "verbs": ["list", "watch"]},
            ],
        ),
        _binding(role, role, NETWORK_POLICIES),
        workload.cluster_role(
            auto_mode,
            [
                {"apiGroups": [""], "resources": ["persistentvolumeclaims", "services"], "verbs": read},
                {"apiGroups": [""], "resources": ["services/status"], "verbs": ["patch"]},
                {"apiGroups": [""], "resources": ["persistentvolumes"], "verbs": [*read, "create", "delete"]},
            ],
        ),
        _binding(auto_mode, auto_mode, AUTO_MODE),
    ]


def _binding(name: str, role: str, identity: Identity) -> dict[str, Any]:
    return {
        "apiVersion": f"{workload.RBAC}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": workload.RBAC, "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": workload.RBAC, "kind": "User", "name": identity.user}],
    }
