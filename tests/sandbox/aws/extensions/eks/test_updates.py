"""One kind of change at a time, which leaves the rest as it is and can be asked for."""

from typing import Any

import pytest

from tests.sandbox.aws.accounts import Account, Refusal

LOGGED = ["api", "audit", "authenticator", "controllerManager", "scheduler"]


def cluster(account: Account) -> dict[str, Any]:
    return account.client("eks").describe_cluster(name="one")["cluster"]


def done(account: Account, update: dict[str, Any]) -> str:
    assert update["update"]["status"] == "InProgress"
    told = account.client("eks").describe_update(name="one", updateId=update["update"]["id"])["update"]
    assert told["status"] == "Successful"
    return told["type"]


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"resourcesVpcConfig": {"endpointPrivateAccess": True}}, "EndpointAccessUpdate"),
        ({"resourcesVpcConfig": {"publicAccessCidrs": ["1.2.3.0/24"]}}, "EndpointAccessUpdate"),
        ({"accessConfig": {"authenticationMode": "API"}}, "AccessConfigUpdate"),
        ({"upgradePolicy": {"supportType": "STANDARD"}}, "UpgradePolicyUpdate"),
        ({"zonalShiftConfig": {"enabled": True}}, "ZonalShiftConfigUpdate"),
        ({"deletionProtection": True}, "DeletionProtectionUpdate"),
        ({"controlPlaneScalingConfig": {"tier": "tier-xl"}}, "ControlPlaneScalingConfigUpdate"),
    ],
)
def test_a_change_is_told_and_the_rest_stays(account: Account, changed: dict[str, Any], kind: str) -> None:
    account.cluster(accessConfig={"authenticationMode": "API_AND_CONFIG_MAP"})
    before = cluster(account)
    eks = account.client("eks")
    assert done(account, eks.update_cluster_config(name="one", **changed)) == kind

    after = cluster(account)
    [(name, value)] = changed.items()
    assert after[name] == ({**before[name], **value} if isinstance(value, dict) else value)
    assert {key: one for key, one in after.items() if key != name} == {
        key: one for key, one in before.items() if key != name
    }
    with Refusal("InvalidParameterException") as refusal:
        eks.update_cluster_config(name="one", **changed)
    assert "No changes needed" in refusal.message


def test_subnets_and_groups_change_apart_from_the_endpoint(account: Account) -> None:
    made = account.cluster()
    ec2, eks = account.client("ec2"), account.client("eks")
    vpc = made["resourcesVpcConfig"]["vpcId"]
    third = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.9.0/24", AvailabilityZone="eu-central-1c")["Subnet"][
        "SubnetId"
    ]
    wanted = [*made["resourcesVpcConfig"]["subnetIds"], third]
    update = eks.update_cluster_config(name="one", resourcesVpcConfig={"subnetIds": wanted})
    assert done(account, update) == "VpcConfigUpdate"
    assert cluster(account)["resourcesVpcConfig"]["subnetIds"] == wanted
    with Refusal("InvalidParameterException"):
        eks.update_cluster_config(
            name="one", resourcesVpcConfig={"subnetIds": wanted[:2], "endpointPrivateAccess": True}
        )
    _, elsewhere = account.network()
    with Refusal("InvalidParameterException") as refusal:
        eks.update_cluster_config(name="one", resourcesVpcConfig={"subnetIds": elsewhere})
    assert "different VPC" in refusal.message
    with Refusal("InvalidParameterException"):
        eks.update_cluster_config(name="one", resourcesVpcConfig={"endpointPublicAccess": False})


def test_logs_are_turned_on_and_off_by_type(account: Account) -> None:
    account.cluster(logging={"clusterLogging": [{"types": LOGGED[:2], "enabled": True}]})
    eks = account.client("eks")
    change = {"clusterLogging": [{"types": ["audit"], "enabled": False}, {"types": ["scheduler"], "enabled": True}]}
    assert done(account, eks.update_cluster_config(name="one", logging=change)) == "LoggingUpdate"
    assert cluster(account)["logging"]["clusterLogging"] == [
        {"types": ["api", "scheduler"], "enabled": True},
        {"types": ["audit", "authenticator", "controllerManager"], "enabled": False},
    ]
    with Refusal("InvalidParameterException"):
        eks.update_cluster_config(name="one", logging=change)
    with Refusal("InvalidParameterException"):
        eks.update_cluster_config(name="one", logging={"clusterLogging": [{"types": ["none"], "enabled": False}]})


def test_auto_mode_is_turned_on_as_a_whole(account: Account) -> None:
    account.cluster()
    eks = account.client("eks")
    whole: dict[str, Any] = {
        "computeConfig": {"enabled": True},
        "storageConfig": {"blockStorage": {"enabled": True}},
        "kubernetesNetworkConfig": {"elasticLoadBalancing": {"enabled": True}},
    }
    with Refusal("InvalidParameterException"):
        eks.update_cluster_config(name="one", computeConfig={"enabled": True})
    assert done(account, eks.update_cluster_config(name="one", **whole)) == "AutoModeUpdate"
    told = cluster(account)
    assert told["computeConfig"]["enabled"]
    assert told["kubernetesNetworkConfig"]["serviceIpv4Cidr"] == "172.20.0.0/16"
    with Refusal("InvalidParameterException"):
        eks.update_cluster_config(name="one", **whole)


def test_kinds_do_not_mix(account: Account) -> None:
    account.cluster()
    with Refusal("InvalidParameterException") as refusal:
        account.client("eks").update_cluster_config(
            name="one", deletionProtection=True, upgradePolicy={"supportType": "STANDARD"}
        )
    assert "Only one type of update" in refusal.message
    assert not cluster(account)["deletionProtection"]


def test_authentication_goes_forward_only(account: Account) -> None:
    account.cluster()
    with Refusal("InvalidParameterException"):
        account.client("eks").update_cluster_config(name="one", accessConfig={"authenticationMode": "CONFIG_MAP"})


@pytest.mark.parametrize(("wanted", "goes"), [("1.34", True), ("1.35", False), ("1.32", False), ("1.19", False)])
def test_the_version_goes_up_by_one(account: Account, wanted: str, goes: bool) -> None:
    account.cluster(version="1.33")
    eks = account.client("eks")
    if goes:
        assert done(account, eks.update_cluster_version(name="one", version=wanted)) == "VersionUpdate"
    else:
        with Refusal("InvalidParameterException"):
            eks.update_cluster_version(name="one", version=wanted)
    assert cluster(account)["version"] == (wanted if goes else "1.33")


def test_secrets_are_encrypted_once(account: Account) -> None:
    account.cluster()
    eks = account.client("eks")
    key = [{"resources": ["secrets"], "provider": {"keyArn": "arn:aws:kms:eu-central-1:1:key/k"}}]
    update = eks.associate_encryption_config(clusterName="one", encryptionConfig=key)
    assert done(account, update) == "AssociateEncryptionConfig"
    assert cluster(account)["encryptionConfig"] == key
    with Refusal("ResourceInUseException"):
        eks.associate_encryption_config(clusterName="one", encryptionConfig=key)


def test_updates_are_listed_and_those_that_are_not_are_gone(account: Account) -> None:
    account.cluster()
    eks = account.client("eks")
    made = [eks.update_cluster_config(name="one", deletionProtection=one)["update"]["id"] for one in (True, False)]
    assert eks.list_updates(name="one")["updateIds"] == sorted(made)
    first = eks.list_updates(name="one", maxResults=1)
    assert first["updateIds"] == sorted(made)[:1]
    assert eks.list_updates(name="one", nextToken=first["nextToken"])["updateIds"] == sorted(made)[1:]
    with Refusal("ResourceNotFoundException"):
        eks.describe_update(name="one", updateId="none")
