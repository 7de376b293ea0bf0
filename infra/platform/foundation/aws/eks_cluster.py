"""The cluster: EKS in Auto Mode, which brings nodes, their network, volumes and load balancers by itself.

Who may do what in it is said by access entries alone. Whoever makes it gets nothing by that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_aws as aws

from infra.platform import policy_document
from infra.platform.foundation.aws import trust
from infra.platform.foundation.aws.config import Cluster
from infra.platform.foundation.aws.role import Role, RoleArgs
from infra.shared.workloads import after

LOGS: Final = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
POLICIES: Final = "arn:aws:eks::aws:cluster-access-policy"
"""Where AWS has its policies of what may be done in a cluster."""

_MANAGED: Final = (
    "AmazonEKSClusterPolicy",
    "AmazonEKSComputePolicy",
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingPolicy",
)


@dataclass(frozen=True, kw_only=True)
class EksClusterArgs:
    """What there is to say of it.

    Attributes:
        config: the stack's `cluster`.
        account: the account.
        subnets: ids of the private subnets, where its API and its nodes are.
        key: ARN of the key for its secrets and logs.
        administrators: ARNs of roles and users that may do everything, by a name that each keeps.
        protect: whether AWS itself refuses to delete it.
    """

    config: Cluster
    account: str
    subnets: pulumi.Input[Sequence[str]]
    key: pulumi.Input[str]
    administrators: Mapping[str, pulumi.Input[str]]
    protect: bool


class EksCluster(pulumi.ComponentResource):
    """The cluster with its role, its log group and its administrators.

    Attributes:
        name: its name, known when its administrators may work in it.
        arn: its ARN.
        endpoint: the URL of its API.
        certificate_authority: of its API's certificate, in base64.
        issuer: URL that its service accounts' tokens are issued under.
        security_group: id of the group that its nodes and its API share.
    """

    name: pulumi.Output[str]
    arn: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    certificate_authority: pulumi.Output[str]
    issuer: pulumi.Output[str]
    security_group: pulumi.Output[str]

    def __init__(self, name: str, args: EksClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:aws:EksCluster", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        config = args.config

        role = Role(
            "slipway-cluster",
            RoleArgs(
                description=f"What EKS does for the cluster {config.name}",
                trust=[trust.service(trust.CLUSTER, args.account)],
                managed=_MANAGED,
                may=_TAGS,
            ),
            opts=child,
        )
        # EKS would make it, without a key and for good.
        logs = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=f"/aws/eks/{config.name}/cluster",
            retention_in_days=config.log_retention_days,
            kms_key_id=args.key,
            opts=child,
        )
        cluster = aws.eks.Cluster(
            name,
            name=config.name,
            version=config.version,
            role_arn=role.arn,
            access_config={"authentication_mode": "API", "bootstrap_cluster_creator_admin_permissions": False},
            bootstrap_self_managed_addons=False,
            # No pools of EKS's own: theirs have neither our tags nor enforced network policies.
            compute_config={"enabled": True},
            storage_config={"block_storage": {"enabled": True}},
            kubernetes_network_config={
                "elastic_load_balancing": {"enabled": True},
                "ip_family": "ipv4",
                "service_ipv4_cidr": config.service_cidr,
            },
            encryption_config={"provider": {"key_arn": args.key}, "resources": ["secrets"]},
            enabled_cluster_log_types=LOGS,
            vpc_config=_network(args),
            upgrade_policy={"support_type": config.support},
            zonal_shift_config={"enabled": True},
            deletion_protection=args.protect,
            # None of their values is the cluster's, but it writes to the one and works by the others to its end.
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[logs, *role.rights])),
        )
        grants = [
            grant
            for who, administrator in args.administrators.items()
            for grant in admitted(
                f"{name}-administrator-{who}", cluster.name, administrator, "AmazonEKSClusterAdminPolicy", child
            )
        ]

        self.name = after(cluster.name, *grants)
        self.arn = cluster.arn
        self.endpoint = cluster.endpoint
        self.certificate_authority = cluster.certificate_authority.apply(lambda known: known.data or "")
        self.issuer = cluster.identities.apply(_issuer)
        self.security_group = cluster.vpc_config.apply(lambda known: known.cluster_security_group_id or "")
        self.register_outputs({})


def _network(args: EksClusterArgs) -> aws.eks.ClusterVpcConfigArgs:
    return aws.eks.ClusterVpcConfigArgs(
        subnet_ids=args.subnets,
        endpoint_private_access=True,
        endpoint_public_access=bool(args.config.open_to),
        public_access_cidrs=args.config.open_to or None,
    )


def admitted(
    name: str,
    cluster: pulumi.Input[str],
    principal: pulumi.Input[str],
    access_policy: str,
    opts: pulumi.ResourceOptions,
    kind: str = "STANDARD",
) -> list[pulumi.Resource]:
    """Let a role or user into a cluster, with the rights of one of AWS's policies everywhere in it.

    Args:
        name: logical name.
        cluster: the cluster's name.
        principal: the ARN of the role or user.
        access_policy: name of the policy.
        opts: of what is declared.
        kind: of the entry: `EC2` for nodes.
    """
    entry = aws.eks.AccessEntry(name, cluster_name=cluster, principal_arn=principal, type=kind, opts=opts)
    grant = aws.eks.AccessPolicyAssociation(
        name,
        cluster_name=cluster,
        principal_arn=entry.principal_arn,
        policy_arn=f"{POLICIES}/{access_policy}",
        access_scope={"type": "cluster"},
        opts=opts,
    )
    return [entry, grant]


def _issuer(identities: Sequence[Any]) -> str:
    return str(identities[0].oidcs[0].issuer)


_OWN: Final = {"StringEquals": {"aws:RequestTag/eks:eks-cluster-name": "${aws:PrincipalTag/eks:eks-cluster-name}"}}
# AWS's policies let EKS set its own tags and no others; with these it may set ours on what it makes, and only on that:
# docs.aws.amazon.com/eks/latest/userguide/auto-learn-iam.html.
_TAGS: Final = [
    policy_document.allow(
        "TagNodes",
        ["ec2:CreateFleet", "ec2:RunInstances", "ec2:CreateLaunchTemplate"],
        "*",
        {
            **_OWN,
            "StringLike": {
                "aws:RequestTag/eks:kubernetes-node-class-name": "*",
                "aws:RequestTag/eks:kubernetes-node-pool-name": "*",
            },
        },
    ),
    policy_document.allow(
        "TagVolumes",
        ["ec2:CreateVolume", "ec2:CreateSnapshot"],
        ["arn:aws:ec2:*:*:volume/*", "arn:aws:ec2:*:*:snapshot/*"],
        _OWN,
    ),
    policy_document.allow(
        "TagInterfaces",
        ["ec2:CreateNetworkInterface"],
        "*",
        {**_OWN, "StringLike": {"aws:RequestTag/eks:kubernetes-cni-node-name": "*"}},
    ),
    policy_document.allow(
        "TagLoadBalancers",
        [
            "elasticloadbalancing:CreateLoadBalancer",
            "elasticloadbalancing:CreateTargetGroup",
            "elasticloadbalancing:CreateListener",
            "elasticloadbalancing:CreateRule",
            "ec2:CreateSecurityGroup",
        ],
        "*",
        _OWN,
    ),
]
