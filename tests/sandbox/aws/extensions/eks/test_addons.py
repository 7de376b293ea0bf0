"""Add-ons of clusters."""

from typing import Any

import pytest

from tests.sandbox.aws.accounts import Account, Refusal

DRIVER = "aws-mountpoint-s3-csi-driver"
OF: dict[str, str] = {"clusterName": "one", "addonName": DRIVER}


@pytest.fixture
def addon(account: Account) -> dict[str, Any]:
    """The S3 driver, with a role for its service account."""
    account.cluster()
    role = account.role("pods", "pods.eks.amazonaws.com")
    return account.client("eks").create_addon(
        **OF,
        addonVersion="v2.1.0-eksbuild.1",
        configurationValues='{"node": {}}',
        podIdentityAssociations=[{"serviceAccount": "s3", "roleArn": role}],
        resolveConflicts="OVERWRITE",
        tags={"a": "1"},
    )["addon"]


def test_an_add_on_is_told_with_its_associations(account: Account, addon: dict[str, Any]) -> None:
    eks = account.client("eks")
    assert addon["status"] == "CREATING"
    told = eks.describe_addon(**OF)["addon"]
    assert told == {**addon, "status": "ACTIVE"}
    assert told["addonVersion"] == "v2.1.0-eksbuild.1"
    assert told["configurationValues"] == '{"node": {}}'
    [association] = eks.list_pod_identity_associations(clusterName="one")["associations"]
    assert told["podIdentityAssociations"] == [association["associationArn"]]
    assert association["ownerArn"] == told["addonArn"]
    assert association["namespace"] == "kube-system"
    assert eks.list_addons(clusterName="one")["addons"] == [DRIVER]
    with Refusal("InvalidRequestException"):
        eks.delete_pod_identity_association(clusterName="one", associationId=association["associationId"])


def test_an_add_on_changes(account: Account, addon: dict[str, Any]) -> None:
    eks = account.client("eks")
    other = account.role("others", "pods.eks.amazonaws.com")
    update = eks.update_addon(
        **OF,
        addonVersion="v2.2.0-eksbuild.1",
        configurationValues="",
        podIdentityAssociations=[{"serviceAccount": "s3", "roleArn": other}],
    )["update"]
    assert eks.describe_update(name="one", addonName=DRIVER, updateId=update["id"])["update"]["status"] == "Successful"
    assert eks.list_updates(name="one", addonName=DRIVER)["updateIds"] == [update["id"]]
    assert eks.list_updates(name="one")["updateIds"] == []
    with Refusal("ResourceNotFoundException"):
        eks.describe_update(name="one", updateId=update["id"])
    told = eks.describe_addon(**OF)["addon"]
    assert told["addonVersion"] == "v2.2.0-eksbuild.1"
    assert "configurationValues" not in told
    assert told["tags"] == addon["tags"]
    [association] = eks.list_pod_identity_associations(clusterName="one")["associations"]
    number = association["associationId"]
    told = eks.describe_pod_identity_association(clusterName="one", associationId=number)["association"]
    assert told["roleArn"] == other


def test_an_add_on_goes_with_its_associations(account: Account, addon: dict[str, Any]) -> None:
    eks = account.client("eks")
    eks.tag_resource(resourceArn=addon["addonArn"], tags={"b": "2"})
    gone = eks.delete_addon(**OF)["addon"]
    assert (gone["status"], gone["tags"]) == ("DELETING", {"a": "1", "b": "2"})
    assert eks.list_pod_identity_associations(clusterName="one")["associations"] == []
    for ask in (eks.describe_addon, eks.delete_addon, eks.update_addon):
        with Refusal("ResourceNotFoundException"):
            ask(**OF)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"addonName": DRIVER}, "ResourceInUseException"),
        ({"addonName": "mystery"}, "InvalidParameterException"),
        ({"addonVersion": "latest"}, "InvalidParameterException"),
        ({"configurationValues": "{"}, "InvalidParameterException"),
        ({"serviceAccountRoleArn": "arn:aws:iam::123456789012:role/none"}, "InvalidParameterException"),
    ],
)
def test_what_aws_refuses_is_refused(
    account: Account, addon: dict[str, Any], wanted: dict[str, str], code: str
) -> None:
    assert addon
    eks = account.client("eks")
    with Refusal(code):
        eks.create_addon(**{"clusterName": "one", "addonName": "vpc-cni", **wanted})
    assert eks.list_addons(clusterName="one")["addons"] == [DRIVER]


def test_versions_are_told_by_name(account: Account) -> None:
    [told] = account.client("eks").describe_addon_versions(addonName=DRIVER)["addons"]
    assert told["addonName"] == DRIVER
