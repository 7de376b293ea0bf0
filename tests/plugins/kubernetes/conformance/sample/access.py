"""Configuration, secrets and rights."""

import pulumi
import pulumi_kubernetes as k8s
from blocks import Block


def configuration(block: Block, space: pulumi.Output[str]) -> None:
    """ConfigMaps, one of them named by the plugin, and a Secret."""
    k8s.core.v1.ConfigMap(
        block.called("named-config"),
        metadata=block.metadata("named", space),
        data={"k": block.either("configmap-data", "2", "1")},
        opts=block.options(),
    )
    k8s.core.v1.ConfigMap(
        block.called("auto-config"),
        metadata={"namespace": space},
        data={"k": block.either("auto-configmap-data", "2", "1")},
        opts=block.options(),
    )
    k8s.core.v1.Secret(
        block.called("named-secret"),
        metadata=block.metadata("named", space),
        string_data={"p": pulumi.Output.secret(block.either("secret-data", "hunter3", "hunter2"))},
        opts=block.options(),
    )


def permissions(block: Block, space: pulumi.Output[str]) -> None:
    """A service account with a role."""
    k8s.core.v1.ServiceAccount(
        block.called("sa"),
        metadata=block.metadata("web", space),
        automount_service_account_token=False,
        opts=block.options(),
    )
    verbs = block.either("role-rules", ["get", "list"], ["get"])
    k8s.rbac.v1.Role(
        block.called("role"),
        metadata=block.metadata("web", space),
        rules=[{"api_groups": [""], "resources": ["pods"], "verbs": verbs}],
        opts=block.options(),
    )
    k8s.rbac.v1.RoleBinding(
        block.called("binding"),
        metadata=block.metadata("web", space),
        role_ref={
            "api_group": "rbac.authorization.k8s.io",
            "kind": "Role",
            "name": block.either("binding-roleref", "other", "web"),
        },
        subjects=[{"kind": "ServiceAccount", "name": "web", "namespace": space}],
        opts=block.options(),
    )
