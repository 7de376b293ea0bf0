"""What endpoints of VPCs were told, they tell."""

from typing import Any

import pytest

from tests.sandbox.aws.accounts import Account, Refusal

SERVICE = "com.amazonaws.eu-central-1.s3"


@pytest.fixture
def made(account: Account) -> dict[str, Any]:
    vpc, (first, _) = account.network()
    return account.client("ec2").create_vpc_endpoint(
        VpcId=vpc,
        ServiceName=SERVICE,
        VpcEndpointType="Interface",
        SubnetIds=[first],
        PrivateDnsEnabled=True,
        IpAddressType="dualstack",
        DnsOptions={"PrivateDnsOnlyForInboundResolverEndpoint": False},
    )["VpcEndpoint"]


def told(account: Account, made: dict[str, Any]) -> dict[str, Any]:
    [one] = account.client("ec2").describe_vpc_endpoints(VpcEndpointIds=[made["VpcEndpointId"]])["VpcEndpoints"]
    return one


def test_what_was_asked_for_is_told(account: Account, made: dict[str, Any]) -> None:
    for one in (made, told(account, made)):
        assert one["IpAddressType"] == "dualstack"
        assert one["DnsOptions"] == {"DnsRecordIpType": "ipv4", "PrivateDnsOnlyForInboundResolverEndpoint": False}
    [group] = told(account, made)["Groups"]
    assert group["GroupName"] == "default"


def test_changes_are_told(account: Account, made: dict[str, Any]) -> None:
    ec2 = account.client("ec2")
    _, second = (
        one["SubnetId"]
        for one in sorted(
            ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [made["VpcId"]]}])["Subnets"],
            key=lambda one: one["CidrBlock"],
        )
    )
    ec2.modify_vpc_endpoint(
        VpcEndpointId=made["VpcEndpointId"],
        PrivateDnsEnabled=False,
        IpAddressType="ipv4",
        DnsOptions={"DnsRecordIpType": "service-defined"},
        AddSubnetIds=[second],
        RemoveSubnetIds=made["SubnetIds"],
    )
    one = told(account, made)
    assert one["PrivateDnsEnabled"] is False
    assert one["IpAddressType"] == "ipv4"
    assert one["DnsOptions"]["DnsRecordIpType"] == "service-defined"
    assert one["DnsOptions"]["PrivateDnsOnlyForInboundResolverEndpoint"] is False
    assert one["SubnetIds"] == [second]
    [interface] = ec2.describe_network_interfaces()["NetworkInterfaces"]
    assert interface["SubnetId"] == second
    assert one["NetworkInterfaceIds"] == [interface["NetworkInterfaceId"]]


def test_a_policy_is_changed_and_taken_back(account: Account, made: dict[str, Any]) -> None:
    ec2 = account.client("ec2")
    ec2.modify_vpc_endpoint(VpcEndpointId=made["VpcEndpointId"], PolicyDocument='{"Statement": []}')
    assert told(account, made)["PolicyDocument"] == '{"Statement": []}'
    ec2.modify_vpc_endpoint(VpcEndpointId=made["VpcEndpointId"], ResetPolicy=True)
    assert '"Allow"' in told(account, made)["PolicyDocument"]


def test_a_gateway_has_no_private_names(account: Account) -> None:
    vpc, _ = account.network()
    made = account.client("ec2").create_vpc_endpoint(VpcId=vpc, ServiceName=SERVICE, VpcEndpointType="Gateway")
    one = told(account, made["VpcEndpoint"])
    assert one["PrivateDnsEnabled"] is False
    assert "DnsOptions" not in one


def test_groups_are_there(account: Account, made: dict[str, Any]) -> None:
    ec2 = account.client("ec2")
    with Refusal("InvalidSecurityGroupId.NotFound"):
        ec2.create_vpc_endpoint(VpcId=made["VpcId"], ServiceName=SERVICE, SecurityGroupIds=["sg-none"])
    with Refusal("InvalidSecurityGroupId.NotFound"):
        ec2.modify_vpc_endpoint(VpcEndpointId=made["VpcEndpointId"], AddSecurityGroupIds=["sg-none"])


def test_those_that_are_gone_are_named(account: Account) -> None:
    ec2 = account.client("ec2")
    vpc, _ = account.network()
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    gateway = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=SERVICE, VpcEndpointType="Gateway", RouteTableIds=[table])
    named = [gateway["VpcEndpoint"]["VpcEndpointId"], "vpce-none"]
    for gone in (named[1:], named):
        lost = ec2.delete_vpc_endpoints(VpcEndpointIds=named)["Unsuccessful"]
        assert [one["ResourceId"] for one in lost] == gone
        assert {one["Error"]["Code"] for one in lost} == {"InvalidVpcEndpointId.NotFound"}


@pytest.mark.parametrize(("folder", "goes"), [("", True), ("/flow/", True), ("-none/flow/", False)])
def test_flow_logs_go_to_a_folder_of_a_bucket(account: Account, folder: str, goes: bool) -> None:
    vpc, _ = account.network()
    name = f"bucket-{account.number}"
    account.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    made = account.client("ec2").create_flow_logs(
        ResourceIds=[vpc],
        ResourceType="VPC",
        TrafficType="ALL",
        LogDestinationType="s3",
        LogDestination=f"arn:aws:s3:::{name}{folder}",
    )
    assert bool(made.get("FlowLogIds")) is goes
    assert bool(made.get("Unsuccessful")) is not goes
