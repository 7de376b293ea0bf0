"""Nothing goes while another needs it, and in the right order all of it goes."""

from typing import Any

import pytest

from tests.sandbox.aws.accounts import Account, Refusal


class Network:
    """A VPC with a gateway, a NAT gateway with an address, routes, an endpoint and two groups."""

    def __init__(self, account: Account) -> None:
        self.ec2 = ec2 = account.client("ec2")
        self.vpc, (self.subnet, self.other) = account.network()
        self.gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=self.gateway, VpcId=self.vpc)
        self.address = ec2.allocate_address(Domain="vpc")["AllocationId"]
        made = ec2.create_nat_gateway(SubnetId=self.subnet, AllocationId=self.address)
        self.nat = made["NatGateway"]["NatGatewayId"]
        self.table = ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        associated = ec2.associate_route_table(RouteTableId=self.table, SubnetId=self.other)
        self.association = associated["AssociationId"]
        self.route = {"RouteTableId": self.table, "DestinationCidrBlock": "0.0.0.0/0"}
        ec2.create_route(**self.route, NatGatewayId=self.nat)
        self.group, self.referring = (self.make_group(name) for name in ("a", "b"))
        self.rule = {
            "GroupId": self.referring,
            "IpPermissions": [
                {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "UserIdGroupPairs": [{"GroupId": self.group}]}
            ],
        }
        ec2.authorize_security_group_ingress(**self.rule)
        self.endpoint = ec2.create_vpc_endpoint(
            VpcId=self.vpc,
            ServiceName="com.amazonaws.eu-central-1.ecr.api",
            VpcEndpointType="Interface",
            SubnetIds=[self.other],
            SecurityGroupIds=[self.group],
        )["VpcEndpoint"]["VpcEndpointId"]

    def make_group(self, name: str) -> str:
        return self.ec2.create_security_group(GroupName=name, Description=name, VpcId=self.vpc)["GroupId"]


@pytest.fixture
def network(account: Account) -> Network:
    return Network(account)


def test_what_another_needs_stays_until_that_is_gone(network: Network) -> None:
    ec2 = network.ec2

    def refused(*calls: tuple[Any, dict[str, str]], code: str = "DependencyViolation") -> None:
        for call, wanted in calls:
            with Refusal(code):
                call(**wanted)

    vpc = (ec2.delete_vpc, {"VpcId": network.vpc})
    subnet = (ec2.delete_subnet, {"SubnetId": network.subnet})
    other = (ec2.delete_subnet, {"SubnetId": network.other})
    group = (ec2.delete_security_group, {"GroupId": network.group})
    detach = (ec2.detach_internet_gateway, {"InternetGatewayId": network.gateway, "VpcId": network.vpc})
    gateway = (ec2.delete_internet_gateway, {"InternetGatewayId": network.gateway})
    release = (ec2.release_address, {"AllocationId": network.address})
    refused(vpc, subnet, other, group, detach, gateway)
    refused(release, code="InvalidIPAddress.InUse")

    ec2.delete_route(**network.route)
    ec2.delete_nat_gateway(NatGatewayId=network.nat)
    release[0](**release[1])
    subnet[0](**subnet[1])
    refused(vpc, other, group)
    ec2.delete_vpc_endpoints(VpcEndpointIds=[network.endpoint])
    refused(group)  # a rule names it
    ec2.revoke_security_group_ingress(**network.rule)
    group[0](**group[1])
    ec2.delete_security_group(GroupId=network.referring)
    ec2.disassociate_route_table(AssociationId=network.association)
    other[0](**other[1])
    ec2.delete_route_table(RouteTableId=network.table)
    refused(vpc, gateway)  # the gateway is attached
    detach[0](**detach[1])
    gateway[0](**gateway[1])
    vpc[0](**vpc[1])
    assert network.vpc not in [one["VpcId"] for one in ec2.describe_vpcs()["Vpcs"]]


def test_a_group_of_the_vpc_keeps_it(account: Account) -> None:
    ec2 = account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="a", Description="a", VpcId=vpc)["GroupId"]
    with Refusal("DependencyViolation") as refusal:
        ec2.delete_vpc(VpcId=vpc)
    assert group in refusal.message
    ec2.delete_security_group(GroupId=group)
    ec2.delete_vpc(VpcId=vpc)


def test_a_route_leads_to_a_gateway_that_is_there(network: Network) -> None:
    ec2 = network.ec2
    with Refusal("InvalidNatGatewayID.NotFound"):
        ec2.replace_route(**network.route, NatGatewayId="nat-none")
    ec2.delete_nat_gateway(NatGatewayId=network.nat)
    with Refusal("InvalidNatGatewayID.NotFound"):
        ec2.replace_route(**network.route, NatGatewayId=network.nat)


def test_a_subnet_has_one_table_and_a_vpc_one_gateway(network: Network) -> None:
    ec2 = network.ec2
    second = ec2.create_route_table(VpcId=network.vpc)["RouteTable"]["RouteTableId"]
    with Refusal("Resource.AlreadyAssociated"):
        ec2.associate_route_table(RouteTableId=second, SubnetId=network.other)
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    with Refusal("InvalidParameterValue"):
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=network.vpc)
