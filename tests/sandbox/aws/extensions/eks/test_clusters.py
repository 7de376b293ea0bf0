"""A cluster is told as AWS tells it, lies in a VPC that is there, and goes in the order that AWS wants."""

from typing import Any

import pytest

from tests.sandbox.aws.accounts import Account, Refusal

AUTO: dict[str, Any] = {
    "computeConfig": {"enabled": True},
    "storageConfig": {"blockStorage": {"enabled": True}},
    "kubernetesNetworkConfig": {"elasticLoadBalancing": {"enabled": True}, "serviceIpv4Cidr": "10.96.0.0/16"},
}
ASKED: dict[str, Any] = {
    **AUTO,
    "version": "1.34",
    "upgradePolicy": {"supportType": "STANDARD"},
    "zonalShiftConfig": {"enabled": True},
    "deletionProtection": True,
    "encryptionConfig": [{"resources": ["secrets"], "provider": {"keyArn": "arn:aws:kms:eu-central-1:1:key/k"}}],
    "tags": {"owner": "us"},
    "bootstrapSelfManagedAddons": False,
}


def test_what_was_asked_for_is_told(account: Account) -> None:
    made = account.cluster(
        **ASKED, resourcesVpcConfig={"endpointPrivateAccess": True, "publicAccessCidrs": ["1.2.3.4/32"]}
    )
    assert made["status"] == "CREATING"
    told = account.client("eks").describe_cluster(name="one")["cluster"]
    assert told["status"] == "ACTIVE"
    for name in ("version", "upgradePolicy", "zonalShiftConfig", "deletionProtection", "encryptionConfig", "tags"):
        assert told[name] == ASKED[name]
    assert told["computeConfig"] == {"enabled": True}
    assert told["storageConfig"] == AUTO["storageConfig"]
    assert told["kubernetesNetworkConfig"] == {**AUTO["kubernetesNetworkConfig"], "ipFamily": "ipv4"}
    assert told["accessConfig"] == {
        "authenticationMode": "API",
        "bootstrapClusterCreatorAdminPermissions": False,
    }
    assert told["arn"] == f"arn:aws:eks:eu-central-1:{account.number}:cluster/one"
    network = told["resourcesVpcConfig"]
    assert network["endpointPrivateAccess"]
    assert network["publicAccessCidrs"] == ["1.2.3.4/32"]
    assert account.client("eks").list_clusters()["clusters"] == ["one"]


def test_it_leads_to_the_cluster_that_lies_around(account: Account) -> None:
    account.cluster()
    told = account.client("eks").describe_cluster(name="one")["cluster"]
    assert told["endpoint"] == "https://10.1.2.3:6443"
    assert told["certificateAuthority"] == {"data": "LS0t"}
    assert told["identity"] == {"oidc": {"issuer": "https://tokens.test"}}


def test_it_has_a_group_of_its_own_and_interfaces_in_its_subnets(account: Account) -> None:
    network = account.cluster()["resourcesVpcConfig"]
    ec2 = account.client("ec2")
    group = network["clusterSecurityGroupId"]
    [told] = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    assert told["VpcId"] == network["vpcId"]
    found = ec2.describe_network_interfaces()["NetworkInterfaces"]
    assert sorted(one["SubnetId"] for one in found) == sorted(network["subnetIds"])
    assert {one["Description"] for one in found} == {"Amazon EKS one"}
    with Refusal("DependencyViolation"):
        ec2.delete_subnet(SubnetId=network["subnetIds"][0])
    with Refusal("DependencyViolation"):
        ec2.delete_security_group(GroupId=group)

    account.client("eks").delete_cluster(name="one")
    assert not ec2.describe_network_interfaces()["NetworkInterfaces"]
    with Refusal("InvalidGroup.NotFound"):
        ec2.describe_security_groups(GroupIds=[group])
    for one in network["subnetIds"]:
        ec2.delete_subnet(SubnetId=one)
    ec2.delete_vpc(VpcId=network["vpcId"])


def test_a_protected_one_stays(account: Account) -> None:
    account.cluster(deletionProtection=True)
    eks = account.client("eks")
    with Refusal("InvalidRequestException") as refusal:
        eks.delete_cluster(name="one")
    assert "deletion protection" in refusal.message
    eks.update_cluster_config(name="one", deletionProtection=False)
    assert eks.delete_cluster(name="one")["cluster"]["status"] == "DELETING"
    with Refusal("ResourceNotFoundException"):
        eks.describe_cluster(name="one")
    assert eks.list_clusters()["clusters"] == []


def test_its_name_is_taken(account: Account) -> None:
    account.cluster()
    with Refusal("ResourceInUseException"):
        account.client("eks").create_cluster(name="one", roleArn="r", resourcesVpcConfig={"subnetIds": []})


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"name": "a.b"}, "does not match"),
        ({"version": "1.19"}, "unsupported Kubernetes version 1.19"),
        ({"roleArn": "arn:aws:iam::{account}:role/none"}, "could not be assumed because it does not exist"),
        ({"roleArn": "arn:aws:iam::999999999999:role/cluster"}, "could not be assumed"),
        ({"resourcesVpcConfig": {"subnetIds": ["subnet-1", "subnet-2"]}}, "'subnet-1' does not exist"),
        ({"resourcesVpcConfig": {"subnetIds": ["{first}"]}}, "at least two different AZs"),
        ({"resourcesVpcConfig": {"subnetIds": ["{first}", "{other}"]}}, "same VPC"),
        ({"resourcesVpcConfig": {"subnetIds": ["{first}", "{second}"], "securityGroupIds": ["sg-1"]}}, "'sg-1'"),
        ({"computeConfig": {"enabled": True}}, "must all be enabled or all be disabled"),
        ({"logging": {"clusterLogging": [{"types": ["events"], "enabled": True}]}}, "events"),
    ],
)
def test_what_aws_refuses_is_refused(account: Account, changed: dict[str, Any], why: str) -> None:
    _, (first, second) = account.network()
    _, (_, other) = account.network()
    words = {"account": account.number, "first": first, "second": second, "other": other}

    def filled(value: Any) -> Any:
        if isinstance(value, str):
            return value.format(**words)
        if isinstance(value, list):
            return [filled(one) for one in value]  # pyright: ignore[reportUnknownVariableType]
        if isinstance(value, dict):
            return {name: filled(one) for name, one in value.items()}  # pyright: ignore[reportUnknownVariableType]
        return value

    wanted = {
        "name": "one",
        "roleArn": account.role("cluster"),
        "resourcesVpcConfig": {"subnetIds": [first, second]},
        **filled(changed),
    }
    with Refusal("InvalidParameterException") as refusal:
        account.client("eks").create_cluster(**wanted)
    assert why in refusal.message
    assert account.client("eks").list_clusters()["clusters"] == []


def test_who_makes_it_is_let_in_unless_the_call_says_otherwise(account: Account) -> None:
    eks = account.client("eks")
    account.cluster("closed")
    assert eks.list_access_entries(clusterName="closed")["accessEntries"] == []
    account.cluster("open", accessConfig={"authenticationMode": "API"})
    [principal] = eks.list_access_entries(clusterName="open")["accessEntries"]
    assert principal == f"arn:aws:iam::{account.number}:user/moto"
    [policy] = eks.list_associated_access_policies(clusterName="open", principalArn=principal)[
        "associatedAccessPolicies"
    ]
    assert policy["policyArn"] == "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"


def test_nodes_of_built_in_pools_are_let_in(account: Account) -> None:
    role = account.role("node", "ec2.amazonaws.com")
    pools = {"enabled": True, "nodePools": ["system"], "nodeRoleArn": role}
    wanted: dict[str, Any] = {**AUTO, "computeConfig": pools}
    account.cluster(**wanted)
    entry = account.client("eks").describe_access_entry(clusterName="one", principalArn=role)["accessEntry"]
    assert entry["type"] == "EC2"


def test_tags_are_changed_by_arn(account: Account) -> None:
    arn = account.cluster(tags={"a": "1", "b": "2"})["arn"]
    eks = account.client("eks")
    eks.tag_resource(resourceArn=arn, tags={"b": "3", "c": "4"})
    eks.untag_resource(resourceArn=arn, tagKeys=["a", "none"])
    assert eks.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "3", "c": "4"}
    with Refusal("NotFoundException"):
        eks.tag_resource(resourceArn=f"{arn}-none", tags={"a": "1"})


def test_the_newest_version_is_the_default(account: Account) -> None:
    versions = account.client("eks").describe_cluster_versions()["clusterVersions"]
    [default] = [one for one in versions if one["defaultVersion"]]
    assert default == versions[0]
    assert account.cluster()["version"] == default["clusterVersion"]
