import json

from tests.infra import stacks
from tests.infra.changes import put
from tests.infra.platform.foundation.aws.documents import statement, statements
from tests.infra.platform.foundation.aws.test_config import PLACE
from tests.infra.recording import Recording


def with_volumes() -> Recording:
    config = stacks.aws_configuration()
    put(*PLACE, "cluster", "addons", "modelVolumes", value="v2.2.0-eksbuild.1")(config)
    return stacks.platform_on_aws(config)


def test_each_has_the_stacks_version() -> None:
    found = {one.inputs["addonName"]: one.inputs["addonVersion"] for one in stacks.platform("prod").of("Addon")}
    assert found == {
        "metrics-server": "v0.8.0-eksbuild.2",
        "amazon-cloudwatch-observability": "v4.7.0-eksbuild.1",
    }


def test_they_come_when_there_are_nodes() -> None:
    for one in stacks.platform("prod").of("Addon"):
        assert "NodePool nodes-pool-general" in one.dependencies


def test_logs_have_groups_of_ours_before_any_is_shipped() -> None:
    prod = stacks.platform("prod")
    groups = {one.inputs["name"] for one in prod.of("LogGroup")}
    assert {f"/aws/containerinsights/slipway-prod/{kind}" for kind in ("application", "dataplane", "host")} <= groups
    addon = prod.resource("Addon", "addons-amazon-cloudwatch-observability")
    assert {"LogGroup addons-application-logs", "RolePolicy slipway-log-shipping-rights"} <= addon.dependencies
    assert json.loads(addon.inputs["configurationValues"])["containerLogs"] == {"enabled": True}


def test_who_ships_logs_writes_to_these_groups_alone() -> None:
    rights = stacks.platform("prod").one("RolePolicy", "slipway-log-shipping-rights")
    where = "arn:aws:logs:eu-central-1:444455556666:log-group:/aws/containerinsights/slipway-prod/*"
    assert statement(rights, "Ship")["Resource"] == [where, f"{where}:log-stream:*"]
    assert statement(rights, "Look")["Action"] == ["logs:DescribeLogGroups", "ec2:DescribeTags", "ec2:DescribeVolumes"]


def test_models_are_mounted_only_where_the_stack_says_so() -> None:
    mounting = with_volumes()
    assert {str(one) for one in mounting.resources} - {str(one) for one in stacks.platform("prod").resources} == {
        "Addon addons-aws-mountpoint-s3-csi-driver",
        "OpenIdConnectProvider addons-issuer",
        "Role slipway-model-volumes",
        "RolePolicy slipway-model-volumes-rights",
    }
    role = mounting.one("Addon", "addons-aws-mountpoint-s3-csi-driver")["serviceAccountRoleArn"]
    assert role.endswith(":role/slipway-model-volumes")


def test_what_mounts_them_is_one_service_account_that_reads() -> None:
    found = with_volumes()
    (trust,) = statements(found.one("Role", "slipway-model-volumes"), "assumeRolePolicy")
    issuer = "oidc.eks.eu-central-1.amazonaws.com/id/ABCD"
    assert trust["Condition"]["StringEquals"] == {
        f"{issuer}:sub": "system:serviceaccount:kube-system:s3-csi-driver-sa",
        f"{issuer}:aud": "sts.amazonaws.com",
    }
    actions = {
        action
        for one in statements(found.one("RolePolicy", "slipway-model-volumes-rights"))
        for action in one["Action"]
    }
    assert actions == {"s3:GetObject", "s3:ListBucket", "kms:Decrypt"}
