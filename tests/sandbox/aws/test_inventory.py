"""An account that nobody has used holds nothing, and what is made in one is found."""

from tests.sandbox.aws.accounts import Account
from tests.sandbox.aws.inventory import left


def test_nothing_is_in_an_account_that_nobody_has_used(account: Account) -> None:
    assert left(account) == {}


def test_what_is_made_is_found_and_what_is_deleted_is_not(account: Account) -> None:
    vpc, subnets = account.network()
    ec2, kms = account.client("ec2"), account.client("kms")
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    gateway = ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=address)["NatGateway"]["NatGatewayId"]
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.eu-central-1.s3")["VpcEndpoint"]
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/one", TargetKeyId=key)
    found = left(account)
    interface = found.pop("ec2: network interfaces")
    assert len(interface) == 1
    assert found == {
        "ec2: vpcs": [vpc],
        "ec2: subnets": sorted(subnets),
        "ec2: NAT gateways": [gateway],
        "ec2: addresses": [address],
        "ec2: endpoints": [endpoint["VpcEndpointId"]],
        "kms: keys": [key],
        "kms: aliases": ["alias/one"],
    }

    kms.delete_alias(AliasName="alias/one")
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])
    ec2.delete_nat_gateway(NatGatewayId=gateway)
    ec2.release_address(AllocationId=address)
    for one in subnets:
        ec2.delete_subnet(SubnetId=one)
    ec2.delete_vpc(VpcId=vpc)
    assert left(account) == {}


def test_what_belongs_to_clusters_is_found(account: Account) -> None:
    account.cluster()
    account.client("eks").create_access_entry(clusterName="one", principalArn=account.role("people"))
    account.client("eks").create_addon(clusterName="one", addonName="vpc-cni")
    found = left(account)
    assert found["eks: clusters"] == ["one"]
    assert found["eks: access entries"] == [f"one/arn:aws:iam::{account.number}:role/people"]
    assert found["eks: add-ons"] == ["one/vpc-cni"]
    assert found["iam: roles"] == ["cluster-one", "people"]
    assert len(found["ec2: network interfaces"]) == 2
    assert len(found["ec2: security groups"]) == 1
