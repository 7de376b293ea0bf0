import pytest

from tests.infra import stacks
from tests.infra.changes import put
from tests.infra.platform.foundation.aws.test_config import PLACE


def test_it_runs_in_auto_mode_and_has_none_of_eks_own_pools() -> None:
    cluster = stacks.platform("prod").one("Cluster")
    assert cluster["computeConfig"] == {"enabled": True}
    assert cluster["storageConfig"] == {"blockStorage": {"enabled": True}}
    assert cluster["kubernetesNetworkConfig"]["elasticLoadBalancing"] == {"enabled": True}
    assert cluster["bootstrapSelfManagedAddons"] is False


def test_its_logs_have_a_group_of_ours_before_it_writes_any() -> None:
    prod = stacks.platform("prod")
    group = prod.one("LogGroup", "cluster-logs")
    assert group["name"] == "/aws/eks/slipway-prod/cluster"
    assert (group["retentionInDays"], bool(group["kmsKeyId"])) == (365, True)
    assert "LogGroup cluster-logs" in prod.resource("Cluster").dependencies
    assert len(prod.one("Cluster")["enabledClusterLogTypes"]) == 5


def test_its_api_is_private_unless_networks_are_named() -> None:
    assert stacks.platform("prod").one("Cluster")["vpcConfig"]["endpointPublicAccess"] is False
    config = stacks.aws_configuration()
    put(*PLACE, "cluster", "openTo", value=["203.0.113.0/28"])(config)
    network = stacks.platform_on_aws(config).one("Cluster")["vpcConfig"]
    assert (network["endpointPublicAccess"], network["publicAccessCidrs"]) == (True, ["203.0.113.0/28"])
    assert network["endpointPrivateAccess"] is True


@pytest.mark.parametrize(("stack", "protected"), [("staging", False), ("prod", True)])
def test_aws_itself_refuses_to_delete_production(stack: str, protected: bool) -> None:
    cluster = stacks.platform(stack).resource("Cluster")
    assert cluster.inputs["deletionProtection"] is protected
    assert cluster.request.protect is protected


def test_administrators_are_named_and_whoever_makes_it_is_none() -> None:
    prod = stacks.platform("prod")
    assert prod.one("Cluster")["accessConfig"] == {
        "authenticationMode": "API",
        "bootstrapClusterCreatorAdminPermissions": False,
    }
    admins = {
        one.inputs["principalArn"]
        for one in prod.of("AccessPolicyAssociation")
        if one.inputs["policyArn"].endswith("/AmazonEKSClusterAdminPolicy")
    }
    assert admins == {
        "arn:aws:iam::444455556666:role/PlatformAdministrator",
        "arn:aws:iam::111122223333:role/slipway-deploy",
    }


def test_who_stays_an_administrator_keeps_their_entry_when_another_comes_or_goes() -> None:
    def entries(*roles: str) -> dict[str, str]:
        config = stacks.aws_configuration()
        put(*PLACE, "access", "administrators", value=[f"arn:aws:iam::444455556666:{one}" for one in roles])(config)
        found = stacks.platform_on_aws(config).of("AccessEntry")
        return {one.name: one.inputs["principalArn"] for one in found if "administrator" in one.name}

    before, after = entries("role/one", "user/one", "role/two"), entries("role/two", "user/one")
    assert len(before) == 4
    assert after.items() < before.items()


def test_eks_may_tag_what_it_makes_and_nothing_else() -> None:
    policy = stacks.platform("prod").one("RolePolicy", "slipway-cluster-rights")["policy"]
    assert policy.count('"aws:RequestTag/eks:eks-cluster-name"') == policy.count('"Sid"') == 4


def test_everything_in_the_cluster_waits_for_who_may_work_in_it() -> None:
    prod = stacks.platform("prod")
    admission = [*prod.of("AccessEntry"), *prod.of("AccessPolicyAssociation")]
    administrators = {str(one) for one in admission if "administrator" in one.name}
    assert len(administrators) == 4
    for name in ("cluster", "cluster-ground"):
        assert administrators <= prod.resource("kubernetes", name).dependencies
