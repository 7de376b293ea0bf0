"""Where the cluster is: a VPC of three zones, of which each has a private and a public subnet.

Nodes and pods are in the private ones. They reach S3 and the services that the stack names without leaving the VPC,
and everything else by NAT.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from infra.platform.foundation.aws import subnets
from infra.platform.foundation.aws.config import OwnNetwork
from infra.platform.foundation.aws.endpoints import Endpoints, EndpointsArgs
from infra.platform.foundation.aws.log_bucket import FLOWS
from infra.shared.workloads import after

EVERYWHERE: Final = "0.0.0.0/0"
_FLOW_SECONDS: Final = 600
# By these tags EKS finds the subnets of load balancers.
_PRIVATE: Final = {"kubernetes.io/role/internal-elb": "1"}
_PUBLIC: Final = {"kubernetes.io/role/elb": "1"}


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """A VPC, as everything in it has to know it.

    Attributes:
        vpc: its id.
        cidr: its network.
        private: ids of its private subnets, known when they have their way out.
        public: ids of its public ones, likewise.
        private_cidrs: networks of the private ones.
        store: networks that S3's names lead to.
        nat: NAT gateways by zone, of which alarms tell.
    """

    vpc: pulumi.Output[str]
    cidr: pulumi.Output[str]
    private: pulumi.Output[list[str]]
    public: pulumi.Output[list[str]]
    private_cidrs: pulumi.Output[list[str]]
    store: pulumi.Output[list[str]]
    nat: Mapping[str, pulumi.Output[str]]


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """What there is to say of it.

    Attributes:
        own: the stack's `network.own`.
        region: the region.
        account: the account.
        copies_from: accounts whose buckets are read.
        zones: its zones.
        logs: ARN of the bucket that flow logs go to.
        name: what it is called on AWS's pages.
    """

    own: OwnNetwork
    region: str
    account: str
    copies_from: list[str]
    zones: list[str]
    logs: pulumi.Input[str]
    name: str


class Network(pulumi.ComponentResource):
    """The VPC with its subnets, ways out, endpoints and flow logs.

    Attributes:
        surroundings: what others have to know.
    """

    surroundings: Surroundings

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:aws:Network", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        division = subnets.divide(args.own.cidr)

        vpc = aws.ec2.Vpc(
            name,
            cidr_block=args.own.cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": args.name},
            opts=child,
        )
        aws.ec2.FlowLog(
            f"{name}-flows",
            vpc_id=vpc.id,
            traffic_type="ALL",
            log_destination_type="s3",
            log_destination=pulumi.Output.format("{0}/{1}/", args.logs, FLOWS),
            max_aggregation_interval=_FLOW_SECONDS,
            opts=child,
        )
        gateway = aws.ec2.InternetGateway(f"{name}-internet", vpc_id=vpc.id, tags={"Name": args.name}, opts=child)

        def subnet(kind: str, zone: str, cidr: str, roles: Mapping[str, str]) -> aws.ec2.Subnet:
            return aws.ec2.Subnet(
                f"{name}-{kind}-{zone}",
                vpc_id=vpc.id,
                cidr_block=cidr,
                availability_zone=zone,
                map_public_ip_on_launch=False,
                tags={"Name": f"{args.name}-{kind}-{zone}", **roles},
                opts=child,
            )

        def leads(table: str, subnet: aws.ec2.Subnet, **target: pulumi.Input[str]) -> _Way:
            found = aws.ec2.RouteTable(
                f"{name}-{table}", vpc_id=vpc.id, tags={"Name": f"{args.name}-{table}"}, opts=child
            )
            route = aws.ec2.Route(
                f"{name}-{table}-out",
                route_table_id=found.id,
                destination_cidr_block=EVERYWHERE,
                gateway_id=target.get("gateway"),
                nat_gateway_id=target.get("nat"),
                opts=child,
            )
            association = aws.ec2.RouteTableAssociation(
                f"{name}-{table}", route_table_id=found.id, subnet_id=subnet.id, opts=child
            )
            return _Way(subnet.id, found.id, (route, association))

        public = {
            zone: subnet("public", zone, cidr, _PUBLIC) for zone, cidr in zip(args.zones, division.public, strict=True)
        }
        private = {
            zone: subnet("private", zone, cidr, _PRIVATE)
            for zone, cidr in zip(args.zones, division.private, strict=True)
        }
        outward = {zone: leads(f"public-{zone}", one, gateway=gateway.id) for zone, one in public.items()}
        nat = {
            zone: _nat(f"{name}-nat-{zone}", f"{args.name}-{zone}", outward[zone], child)
            for zone in (args.zones if args.own.nat_per_zone else args.zones[:1])
        }
        inward = [leads(f"private-{zone}", one, nat=nat.get(zone, nat[args.zones[0]])) for zone, one in private.items()]
        Endpoints(
            f"{name}-endpoints",
            EndpointsArgs(
                vpc=vpc.id,
                cidr=args.own.cidr,
                region=args.region,
                account=args.account,
                copies_from=args.copies_from,
                subnets=[one.id for one in private.values()],
                tables=[one.table for one in inward],
                services=args.own.endpoints,
                name=args.name,
            ),
            opts=child,
        )

        self.surroundings = Surroundings(
            vpc=vpc.id,
            cidr=pulumi.Output.from_input(args.own.cidr),
            # Nothing starts in a subnet before it has its way out, nor loses it before it is gone.
            private=pulumi.Output.all(*(after(one.subnet, *one.parts) for one in inward)),
            public=pulumi.Output.all(*(after(one.subnet, *one.parts) for one in outward.values())),
            private_cidrs=pulumi.Output.from_input(division.private),
            store=pulumi.Output.from_input(division.private),
            nat=nat,
        )
        self.register_outputs({})


@dataclass(frozen=True)
class _Way:
    """A subnet's way out: it is open when its table has the route, and the subnet has the table."""

    subnet: pulumi.Output[str]
    table: pulumi.Output[str]
    parts: tuple[aws.ec2.Route, aws.ec2.RouteTableAssociation]


def _nat(name: str, shown: str, outward: _Way, child: pulumi.ResourceOptions) -> pulumi.Output[str]:
    address = aws.ec2.Eip(name, domain="vpc", tags={"Name": shown}, opts=child)
    return aws.ec2.NatGateway(
        name,
        allocation_id=address.id,
        subnet_id=outward.subnet,
        tags={"Name": shown},
        # It works when its subnet leads outside; no value of it says so. By that it goes first, too: AWS keeps an
        # internet gateway while an address is mapped.
        opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=list(outward.parts))),
    ).id
