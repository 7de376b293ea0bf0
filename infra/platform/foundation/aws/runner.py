"""Where pipelines' jobs run: machines of CodeBuild's in the VPC, which GitHub starts for each job.

The cluster's API is private, and GitHub's own machines are outside. A job asks for one of these by its label,
`codebuild-PROJECT-${{ github.run_id }}-${{ github.run_attempt }}`, and signs in as its pipeline's role; the machine's
own role may do nothing but be one.
"""

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from infra.platform import policy_document
from infra.platform.foundation.aws import trust
from infra.platform.foundation.aws.config import Github
from infra.platform.foundation.aws.network import EVERYWHERE, Surroundings
from infra.platform.foundation.aws.pipelines import LONGEST_JOB
from infra.platform.foundation.aws.role import Role, RoleArgs

_SERVICE: Final = "codebuild.amazonaws.com"


@dataclass(frozen=True, kw_only=True)
class RunnerArgs:
    """Whose jobs, and where.

    Attributes:
        github: the stack's `access.github`.
        connection: ARN of the connection by which CodeBuild knows GitHub.
        name: the cluster's name, as the stack says it: of the project, too.
        account: the account.
        region: the region.
        network: where the machines are.
        cluster_group: id of the group of the cluster's API.
        key: ARN of the key for logs and what a job leaves.
        retention_days: days that logs are kept.
    """

    github: Github
    connection: str
    name: str
    account: str
    region: str
    network: Surroundings
    cluster_group: pulumi.Input[str]
    key: pulumi.Input[str]
    retention_days: int


class Runner(pulumi.ComponentResource):
    """The project that GitHub starts, its role, and its way to the cluster's API."""

    def __init__(self, name: str, args: RunnerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:aws:Runner", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        project_name = f"{args.name}-runner"

        group = aws.ec2.SecurityGroup(
            name, vpc_id=args.network.vpc, description="Machines of the pipelines' jobs", opts=child
        )
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-out",
            security_group_id=group.id,
            description="HTTPS to GitHub, registries and AWS",
            cidr_ipv4=EVERYWHERE,
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            opts=child,
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-cluster",
            security_group_id=args.cluster_group,
            description="The Kubernetes API, for the pipelines' jobs",
            referenced_security_group_id=group.id,
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            opts=child,
        )
        logs = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=f"/aws/codebuild/{project_name}",
            retention_in_days=args.retention_days,
            kms_key_id=args.key,
            opts=child,
        )
        role = Role(
            "slipway-runner",
            RoleArgs(
                description="What a machine of the pipelines' jobs does by itself: be in the VPC, write its log",
                trust=[trust.service(_SERVICE, args.account)],
                may=_rights(args, logs),
            ),
            opts=child,
        )
        project = aws.codebuild.Project(
            name,
            name=project_name,
            description="Runs jobs of GitHub's pipelines in the VPC",
            service_role=role.arn,
            artifacts={"type": "NO_ARTIFACTS"},
            encryption_key=args.key,
            environment={
                "compute_type": "BUILD_GENERAL1_MEDIUM",
                "image": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
                "type": "LINUX_CONTAINER",
                # It builds images.
                "privileged_mode": True,
            },
            source={
                "type": "GITHUB",
                "location": f"https://github.com/{args.github.repository}.git",
                "auth": {"type": "CODECONNECTIONS", "resource": args.connection},
            },
            vpc_config={
                "vpc_id": args.network.vpc,
                "subnets": args.network.private,
                "security_group_ids": [group.id],
            },
            logs_config={"cloudwatch_logs": {"group_name": logs.name}},
            build_timeout=LONGEST_JOB // 60,
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=list(role.rights))),
        )
        aws.codebuild.Webhook(
            name,
            project_name=project.name,
            build_type="BUILD",
            filter_groups=[{"filters": [{"type": "EVENT", "pattern": "WORKFLOW_JOB_QUEUED"}]}],
            opts=child,
        )

        self.register_outputs({})


def _rights(args: RunnerArgs, logs: aws.cloudwatch.LogGroup) -> list[policy_document.Statement]:
    interfaces = f"arn:aws:ec2:{args.region}:{args.account}:network-interface/*"
    return [
        policy_document.allow(
            "Log", ["logs:CreateLogStream", "logs:PutLogEvents"], [logs.arn, pulumi.Output.format("{0}:*", logs.arn)]
        ),
        policy_document.allow(
            "Connect", ["codeconnections:GetConnection", "codeconnections:GetConnectionToken"], args.connection
        ),
        policy_document.allow(
            "Join",
            [
                "ec2:CreateNetworkInterface",
                "ec2:DeleteNetworkInterface",
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
            ],
            "*",
        ),
        policy_document.allow(
            "HandInterface",
            ["ec2:CreateNetworkInterfacePermission"],
            interfaces,
            {"StringEquals": {"ec2:AuthorizedService": _SERVICE}},
        ),
    ]
