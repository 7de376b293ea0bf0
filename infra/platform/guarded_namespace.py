"""A namespace with guards: Pod Security `restricted`, a quota, default limits, and no traffic but DNS.

What else may flow is declared by the workloads that need it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from infra.shared import versions
from infra.shared.metadata import metadata
from infra.shared.quantities import Quota
from infra.shared.workloads import after


@dataclass(frozen=True, kw_only=True)
class GuardedNamespaceArgs:
    """What a namespace may hold.

    Attributes:
        name: the namespace's name: people and selectors type it.
        quota: what it holds at most.
        dns: networks that answer look-ups, beside the pods of kube-dns.
    """

    name: str
    quota: Quota
    dns: Sequence[str]


class GuardedNamespace(pulumi.ComponentResource):
    """The namespace and its guards.

    Attributes:
        name: the namespace's name, known when the namespace and its guards exist, so that nothing is made in it
            before they hold, and they go after everything that they guard.
    """

    name: pulumi.Output[str]

    def __init__(self, name: str, args: GuardedNamespaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:GuardedNamespace", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        namespace = k8s.core.v1.Namespace(
            name,
            metadata=metadata(
                args.name,
                {
                    **{f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "audit", "warn")},
                    **{
                        f"pod-security.kubernetes.io/{mode}-version": versions.KUBERNETES
                        for mode in ("enforce", "audit", "warn")
                    },
                },
            ),
            opts=child,
        )
        inside = namespace.metadata.name

        quota = k8s.core.v1.ResourceQuota(
            f"{name}-quota",
            metadata=metadata("quota", {}, inside),
            spec={"hard": args.quota.hard()},
            opts=child,
        )
        # A quota refuses pods that don't state their requests and limits. Ours all do; these are for what people
        # start by hand.
        limits = k8s.core.v1.LimitRange(
            f"{name}-limits",
            metadata=metadata("limits", {}, inside),
            spec={
                "limits": [
                    {
                        "type": "Container",
                        "default": {"cpu": "500m", "memory": "256Mi", "ephemeral-storage": "256Mi"},
                        "default_request": {"cpu": "50m", "memory": "128Mi", "ephemeral-storage": "64Mi"},
                    }
                ]
            },
            opts=child,
        )
        deny = k8s.networking.v1.NetworkPolicy(
            f"{name}-deny",
            metadata=metadata("deny-by-default", {}, inside),
            spec={"pod_selector": {}, "policy_types": ["Ingress", "Egress"]},
            opts=child,
        )
        dns = k8s.networking.v1.NetworkPolicy(
            f"{name}-dns",
            metadata=metadata("allow-dns", {}, inside),
            spec={
                "pod_selector": {},
                "policy_types": ["Egress"],
                "egress": [
                    {
                        "to": [
                            {
                                "namespace_selector": {"match_labels": {"kubernetes.io/metadata.name": "kube-system"}},
                                "pod_selector": {"match_labels": {"k8s-app": "kube-dns"}},
                            },
                            *({"ip_block": {"cidr": cidr}} for cidr in args.dns),
                        ],
                        "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}],
                    }
                ],
            },
            opts=child,
        )

        self.name = after(inside, quota, limits, deny, dns)
        self.register_outputs({"name": self.name})
