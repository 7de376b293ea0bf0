"""A serving stack's namespace: guarded, and open to a deployer who may do in it what that stack does, and no more.

It has a token by which the models' pods know Slipway's own requests.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.rbac.v1 import PolicyRuleArgsDict

from infra.platform import synthetic_token
from infra.platform.foundation.foundation import MakeDeployer
from infra.platform.guarded_namespace import GuardedNamespace, GuardedNamespaceArgs
from infra.shared.cluster import Credential
from infra.shared.metadata import metadata
from infra.shared.quantities import Quota

_RBAC: Final = "rbac.authorization.k8s.io"


@dataclass(frozen=True, kw_only=True)
class ServingNamespaceArgs:
    """What it holds, and who deploys into it.

    Attributes:
        quota: what it holds at most.
        dns: networks that answer look-ups, beside the pods of kube-dns.
        deployer: declares who deploys into it.
    """

    quota: Quota
    dns: Sequence[str]
    deployer: MakeDeployer


class ServingNamespace(pulumi.ComponentResource):
    """The namespace, named like this component, with its deployer's rights.

    Attributes:
        credential: the deployer's, secret.
    """

    credential: pulumi.Output[Credential]

    def __init__(self, name: str, args: ServingNamespaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:platform:ServingNamespace", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        namespace = GuardedNamespace(name, GuardedNamespaceArgs(name=name, quota=args.quota, dns=args.dns), opts=child)
        synthetic_token.declare(f"{name}-synthetic-token", namespace.name, child)
        deployer = args.deployer(namespace.name, f"{name}-deployer", child)
        role = k8s.rbac.v1.Role(
            f"{name}-deployer",
            metadata=metadata("deployer", {}, namespace.name),
            rules=RIGHTS,
            opts=child,
        )
        k8s.rbac.v1.RoleBinding(
            f"{name}-deployer",
            metadata=metadata("deployer", {}, namespace.name),
            role_ref={"api_group": _RBAC, "kind": "Role", "name": role.metadata.name},
            subjects=[deployer.subject],
            opts=child,
        )

        self.credential = deployer.credential
        self.register_outputs({})


_READ: Final = ["get", "list", "watch"]
# Server-side apply makes objects with `patch`, and asks for `create` where there is none.
_ALL: Final = [*_READ, "create", "patch", "update", "delete"]

RIGHTS: Final[list[PolicyRuleArgsDict]] = [
    # What a serving stack declares.
    {"api_groups": [""], "resources": ["configmaps", "serviceaccounts", "services"], "verbs": _ALL},
    {"api_groups": ["apps"], "resources": ["deployments"], "verbs": _ALL},
    {"api_groups": ["argoproj.io"], "resources": ["analysistemplates", "rollouts"], "verbs": _ALL},
    {"api_groups": ["autoscaling"], "resources": ["horizontalpodautoscalers"], "verbs": _ALL},
    {"api_groups": ["batch"], "resources": ["jobs"], "verbs": _ALL},
    {"api_groups": ["keda.sh"], "resources": ["scaledobjects"], "verbs": _ALL},
    {"api_groups": ["monitoring.coreos.com"], "resources": ["podmonitors", "prometheusrules"], "verbs": _ALL},
    {"api_groups": ["networking.k8s.io"], "resources": ["networkpolicies"], "verbs": _ALL},
    {"api_groups": ["policy"], "resources": ["poddisruptionbudgets"], "verbs": _ALL},
    {"api_groups": [_RBAC], "resources": ["rolebindings", "roles"], "verbs": _ALL},
    {"api_groups": ["traefik.io"], "resources": ["ingressroutes", "middlewares", "traefikservices"], "verbs": _ALL},
    # What its roles hand on, beside rights that are above and below: nobody may grant what they don't have.
    {"api_groups": ["argoproj.io"], "resources": ["rollouts/status"], "verbs": ["patch"]},
    # A preview binds a role that isn't there yet, whose rights nobody can compare. What a role of this namespace holds
    # was compared when it was made.
    {"api_groups": [_RBAC], "resources": ["roles"], "verbs": ["bind"]},
    # What Pulumi's provider looks at while it waits for Deployments and Jobs; all that it asks beyond its namespace,
    # which kinds and versions there are, everybody may know.
    {"api_groups": [""], "resources": ["namespaces"], "verbs": ["get"]},
    {"api_groups": [""], "resources": ["persistentvolumeclaims", "pods"], "verbs": _READ},
    {"api_groups": ["apps"], "resources": ["replicasets"], "verbs": _READ},
    # What a release was judged by, for those who ask why it ended.
    {"api_groups": ["argoproj.io"], "resources": ["analysisruns"], "verbs": _READ},
]
