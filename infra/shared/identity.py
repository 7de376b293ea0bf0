"""Who a program in the cluster is, and what it may do: a service account with rights everywhere or at home."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.rbac.v1 import PolicyRuleArgsDict, SubjectArgsDict

from infra.shared.metadata import metadata
from infra.shared.workloads import after

_RBAC: Final = "rbac.authorization.k8s.io"


@dataclass(frozen=True, kw_only=True)
class IdentityArgs:
    """What it may do.

    Attributes:
        namespace: where it runs.
        labels: of every object.
        everywhere: rules for the whole cluster.
        at_home: rules for its own namespace alone.
    """

    namespace: pulumi.Input[str]
    labels: dict[str, str]
    everywhere: Sequence[PolicyRuleArgsDict] = ()
    at_home: Sequence[PolicyRuleArgsDict] = ()


class Identity(pulumi.ComponentResource):
    """The account and its rights.

    Attributes:
        account: the service account's name, known when the rights are granted.
    """

    account: pulumi.Output[str]

    def __init__(self, name: str, args: IdentityArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Identity", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        # A token is only mounted where a pod asks for one.
        account = k8s.core.v1.ServiceAccount(
            f"{name}-account",
            metadata=metadata(name, args.labels, args.namespace),
            automount_service_account_token=False,
            opts=child,
        )
        subject: SubjectArgsDict = {
            "kind": "ServiceAccount",
            "name": account.metadata.name,
            "namespace": args.namespace,
        }
        bindings: list[pulumi.Resource] = []
        if args.everywhere:
            cluster_role = k8s.rbac.v1.ClusterRole(
                f"{name}-everywhere",
                metadata=metadata(f"slipway-{name}", args.labels),
                rules=args.everywhere,
                opts=child,
            )
            binding = k8s.rbac.v1.ClusterRoleBinding(
                f"{name}-everywhere",
                metadata=metadata(f"slipway-{name}", args.labels),
                role_ref={"api_group": _RBAC, "kind": "ClusterRole", "name": cluster_role.metadata.name},
                subjects=[subject],
                opts=child,
            )
            bindings.append(binding)
        if args.at_home:
            ours = metadata(name, args.labels, args.namespace)
            role = k8s.rbac.v1.Role(f"{name}-at-home", metadata=ours, rules=args.at_home, opts=child)
            binding = k8s.rbac.v1.RoleBinding(
                f"{name}-at-home",
                metadata=ours,
                role_ref={"api_group": _RBAC, "kind": "Role", "name": role.metadata.name},
                subjects=[subject],
                opts=child,
            )
            bindings.append(binding)

        self.account = after(account.metadata.name, *bindings)
        self.register_outputs({"account": self.account})
