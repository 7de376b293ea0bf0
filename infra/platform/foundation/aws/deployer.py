"""Who deploys into a namespace of an EKS cluster: a role, which is a group of its own in the cluster and no more.

It has no token: whoever may be the role signs in with what they have, and every sign-in is in AWS's records.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.platform import policy_document
from infra.platform.foundation.aws import trust
from infra.platform.foundation.aws.role import Role, RoleArgs
from infra.platform.foundation.foundation import Deployer, MakeDeployer
from infra.shared.cluster import Credential, EksRole
from infra.shared.platform_outputs import known


@dataclass(frozen=True, kw_only=True)
class DeployedTo:
    """Where it deploys.

    Attributes:
        name: the cluster's name.
        arn: its ARN.
        region: the region.
        deployers: ARNs of those who may be the role.
        provider: of AWS.
    """

    name: pulumi.Output[str]
    arn: pulumi.Output[str]
    region: str
    deployers: Sequence[pulumi.Input[str]]
    provider: aws.Provider


class DeployerRole(pulumi.ComponentResource):
    """The role, and the group that it is in the cluster.

    Attributes:
        group: the group's name.
        credential: how one signs in as the role.
    """

    group: pulumi.Output[str]
    credential: pulumi.Output[Credential]

    def __init__(
        self,
        name: str,
        namespace: pulumi.Input[str],
        cluster: DeployedTo,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("slipway:aws:DeployerRole", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        role = Role(
            f"slipway-{name}",
            RoleArgs(
                description="Deploys models into one namespace",
                trust=[trust.principals(cluster.deployers)],
                may=[policy_document.allow("Find", ["eks:DescribeCluster"], cluster.arn)],
            ),
            opts=child,
        )
        self.group = pulumi.Output.format("slipway:{0}", namespace)
        entry = aws.eks.AccessEntry(
            name,
            cluster_name=cluster.name,
            principal_arn=role.arn,
            type="STANDARD",
            kubernetes_groups=[self.group],
            opts=child,
        )
        self.credential = known(EksRole, cluster_name=cluster.name, region=cluster.region, role=entry.principal_arn)
        self.register_outputs({})


def deployer(cluster: DeployedTo) -> MakeDeployer:
    """What makes the deployer of a namespace of `cluster`."""

    def make(namespace: pulumi.Input[str], name: str, opts: pulumi.ResourceOptions) -> Deployer:
        role = DeployerRole(
            name,
            namespace,
            cluster,
            pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(provider=cluster.provider)),
        )
        return Deployer(
            subject={"kind": "Group", "name": role.group, "api_group": "rbac.authorization.k8s.io"},
            credential=role.credential,
        )

    return make
