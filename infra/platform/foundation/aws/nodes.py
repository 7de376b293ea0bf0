"""What the cluster's nodes are like: a class for all of them, pools as the stack says, and a class of volumes.

Nodes are EKS's, and come and go with the pods. What Pulumi tags everything with doesn't reach what EKS makes, so the
classes say the tags again. Network policies hold only where the class of the node says so, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_kubernetes as k8s

from infra.platform import policy_document
from infra.platform.foundation.aws import trust
from infra.platform.foundation.aws.config import Nodes as NodesConfig
from infra.platform.foundation.aws.config import Pool
from infra.platform.foundation.aws.eks_cluster import admitted
from infra.platform.foundation.aws.role import Role, RoleArgs
from infra.shared.architecture import ARCHITECTURE
from infra.shared.metadata import metadata
from infra.shared.workloads import after

STORAGE_CLASS: Final = "ebs"
"""Volumes on EBS, encrypted; the cluster's default."""
GPU: Final = "nvidia.com/gpu"

_MANAGED: Final = ("AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly")
_CLASS: Final = "slipway"


@dataclass(frozen=True, kw_only=True)
class NodesArgs:
    """What there is to say of them.

    Attributes:
        config: the stack's `nodes`.
        cluster: the cluster's name.
        account: the account.
        zones: where they are.
        subnets: ids of the subnets that they are in.
        security_group: id of the cluster's group.
        key: ARN of the key for their disks and volumes.
        caches: what their role may do to have ECR fetch images: statements.
        tags: of everything that EKS makes for them.
        in_cluster: the provider of what is in the cluster.
    """

    config: NodesConfig
    cluster: pulumi.Input[str]
    account: str
    zones: Sequence[str]
    subnets: pulumi.Input[Sequence[str]]
    security_group: pulumi.Input[str]
    key: pulumi.Input[str]
    caches: Sequence[policy_document.Statement]
    tags: Mapping[str, str]
    in_cluster: k8s.Provider


class Nodes(pulumi.ComponentResource):
    """Role, class and pools of the nodes, and the class of volumes.

    Attributes:
        cluster: the cluster's name, known when pods find nodes.
    """

    cluster: pulumi.Output[str]

    def __init__(self, name: str, args: NodesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:aws:Nodes", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        inside = pulumi.ResourceOptions(parent=self, provider=args.in_cluster)

        role = Role(
            "slipway-nodes",
            RoleArgs(
                description="What the cluster's nodes do: join, pull images, and hand their pods' roles on",
                trust=[trust.service(trust.NODES, args.account)],
                managed=_MANAGED,
                may=args.caches,
            ),
            opts=child,
        )
        admission = admitted(f"{name}-admission", args.cluster, role.arn, "AmazonEKSAutoNodePolicy", child, kind="EC2")
        enforced = k8s.core.v1.ConfigMap(
            f"{name}-network-policies",
            metadata=metadata("amazon-vpc-cni", {}, "kube-system"),
            data={"enable-network-policy-controller": "true"},
            opts=inside,
        )
        class_ = k8s.apiextensions.CustomResource(
            f"{name}-class",
            api_version="eks.amazonaws.com/v1",
            kind="NodeClass",
            metadata=metadata(_CLASS, {}),
            spec={
                "role": role.name,
                "subnetSelectorTerms": pulumi.Output.from_input(args.subnets).apply(
                    lambda ids: [{"id": one} for one in ids]
                ),
                "securityGroupSelectorTerms": [{"id": args.security_group}],
                "networkPolicy": "DefaultAllow",
                "networkPolicyEventLogs": "Enabled",
                "ephemeralStorage": {"size": str(args.config.disk), "kmsKeyID": args.key},
                "tags": dict(args.tags),
            },
            # No value flows from what lets its nodes in and makes them enforce policies.
            opts=pulumi.ResourceOptions.merge(inside, pulumi.ResourceOptions(depends_on=[*admission, enforced])),
        )
        pools = [
            k8s.apiextensions.CustomResource(
                f"{name}-pool-{pool_name}",
                api_version="karpenter.sh/v1",
                kind="NodePool",
                metadata=metadata(pool_name, {}),
                spec=_pool(pool, args.config.lifetime, args.zones, after(pulumi.Output.from_input(_CLASS), class_)),
                opts=inside,
            )
            for pool_name, pool in args.config.pools.items()
        ]
        volumes = k8s.storage.v1.StorageClass(
            f"{name}-volumes",
            metadata=metadata(STORAGE_CLASS, {}, None, {"storageclass.kubernetes.io/is-default-class": "true"}),
            provisioner="ebs.csi.eks.amazonaws.com",
            volume_binding_mode="WaitForFirstConsumer",
            allow_volume_expansion=True,
            reclaim_policy="Delete",
            parameters={
                "type": "gp3",
                "encrypted": "true",
                "kmsKeyId": args.key,
                **{
                    f"tagSpecification_{number}": f"{key}={value}"
                    for number, (key, value) in enumerate(args.tags.items(), start=1)
                },
            },
            opts=inside,
        )

        self.cluster = after(args.cluster, *pools, volumes)
        self.register_outputs({})


def _pool(pool: Pool, lifetime: str, zones: Sequence[str], class_: pulumi.Input[str]) -> dict[str, Any]:
    labels = {
        "eks.amazonaws.com/instance-category": ("In", pool.categories),
        "eks.amazonaws.com/instance-generation": ("Gt", [str(pool.newer_than)]),
        "karpenter.sh/capacity-type": ("In", pool.capacity),
        "kubernetes.io/arch": ("In", [ARCHITECTURE]),
        "topology.kubernetes.io/zone": ("In", list(zones)),
    }
    template: dict[str, Any] = {
        "nodeClassRef": {"group": "eks.amazonaws.com", "kind": "NodeClass", "name": class_},
        "requirements": [{"key": key, "operator": how, "values": values} for key, (how, values) in labels.items()],
        "expireAfter": lifetime,
        # A drain that a disruption budget holds up doesn't keep an old node for ever.
        "terminationGracePeriod": "24h",
    }
    if pool.gpu:
        template["taints"] = [{"key": GPU, "value": "true", "effect": "NoSchedule"}]
    return {
        "template": {"spec": template},
        "limits": {"cpu": str(pool.cpu), "memory": str(pool.memory)},
        "disruption": {
            "consolidationPolicy": "WhenEmptyOrUnderutilized",
            "consolidateAfter": "5m",
            # One node at a time: with three zones' nodes, models lose no more than a disruption budget lets go.
            "budgets": [{"nodes": "1"}],
        },
    }
