"""AWS's services in the VPC: S3 for everything that asks for its names, and those that the stack names.

S3 has two. A network policy can only name addresses, and the interface endpoint's are those of our subnets: pods are
allowed there and nowhere else. The gateway endpoint costs nothing and takes what asks for S3's other names, which the
interface's private names don't cover. Both lead to buckets of this account, and to ECR's, where images' layers are.
Where a release copies from another account, they lead to that one's buckets, too, but to read alone.

The other services' endpoints have no policy: AWS's own lets everything through, another account's registry among it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.platform.policy_document import Statement, document


@dataclass(frozen=True, kw_only=True)
class EndpointsArgs:
    """Where they are.

    Attributes:
        vpc: the VPC's id.
        cidr: its network.
        region: the region.
        account: the account.
        copies_from: accounts whose buckets are read.
        subnets: ids of the subnets that have an address of each.
        tables: ids of the route tables that lead to S3.
        services: what is reached so, beside S3.
        name: the VPC's, on AWS's pages.
    """

    vpc: pulumi.Input[str]
    cidr: str
    region: str
    account: str
    copies_from: Sequence[str]
    subnets: Sequence[pulumi.Input[str]]
    tables: Sequence[pulumi.Input[str]]
    services: Sequence[str]
    name: str


class Endpoints(pulumi.ComponentResource):
    """The endpoints and the group of those who may use them: whoever is in the VPC."""

    def __init__(self, name: str, args: EndpointsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:aws:Endpoints", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        policy = _policy(args)

        group = aws.ec2.SecurityGroup(
            name,
            vpc_id=args.vpc,
            description="AWS services in the VPC, from inside of it",
            tags={"Name": f"{args.name}-endpoints"},
            opts=child,
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-https",
            security_group_id=group.id,
            description="HTTPS from the VPC",
            cidr_ipv4=args.cidr,
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            opts=child,
        )
        aws.ec2.VpcEndpoint(
            f"{name}-s3-gateway",
            vpc_id=args.vpc,
            service_name=f"com.amazonaws.{args.region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=args.tables,
            policy=policy,
            tags={"Name": f"{args.name}-s3-gateway"},
            opts=child,
        )
        aws.ec2.VpcEndpoint(
            f"{name}-s3",
            vpc_id=args.vpc,
            service_name=f"com.amazonaws.{args.region}.s3",
            vpc_endpoint_type="Interface",
            subnet_ids=args.subnets,
            security_group_ids=[group.id],
            private_dns_enabled=True,
            dns_options={"private_dns_only_for_inbound_resolver_endpoint": False},
            policy=policy,
            tags={"Name": f"{args.name}-s3"},
            opts=child,
        )
        for service in args.services:
            aws.ec2.VpcEndpoint(
                f"{name}-{service.replace('.', '-')}",
                vpc_id=args.vpc,
                service_name=f"com.amazonaws.{args.region}.{service}",
                vpc_endpoint_type="Interface",
                subnet_ids=args.subnets,
                security_group_ids=[group.id],
                private_dns_enabled=True,
                tags={"Name": f"{args.name}-{service}"},
                opts=child,
            )

        self.register_outputs({})


def _policy(args: EndpointsArgs) -> pulumi.Output[str]:
    return document(
        {
            "Sid": "Own",
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:ResourceAccount": args.account}},
        },
        {
            "Sid": "Layers",
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::prod-{args.region}-starport-layer-bucket/*",
        },
        *([_proven(args.copies_from)] if args.copies_from else []),
    )


def _proven(accounts: Sequence[str]) -> Statement:
    """What a copy asks of the store that it copies from: nothing can be carried out to there."""
    return {
        "Sid": "Proven",
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:ResourceAccount": list(accounts)}},
    }
