"""Which role a service account has."""

from typing import Any

import pytest

from tests.sandbox.aws.accounts import Account, Refusal

PODS = "pods.eks.amazonaws.com"


@pytest.fixture
def association(account: Account) -> dict[str, Any]:
    account.cluster()
    return account.client("eks").create_pod_identity_association(
        clusterName="one", namespace="n", serviceAccount="s", roleArn=account.role("pods", PODS), tags={"a": "1"}
    )["association"]


def test_an_association_is_told_changed_and_removed(account: Account, association: dict[str, Any]) -> None:
    eks = account.client("eks")
    of = {"clusterName": "one", "associationId": association["associationId"]}
    assert association["associationArn"].endswith(f"podidentityassociation/one/{association['associationId']}")
    assert eks.describe_pod_identity_association(**of)["association"] == association
    other = account.role("others", PODS)
    changed = eks.update_pod_identity_association(**of, roleArn=other, disableSessionTags=True)["association"]
    assert (changed["roleArn"], changed["disableSessionTags"]) == (other, True)
    eks.tag_resource(resourceArn=association["associationArn"], tags={"b": "2"})
    assert eks.describe_pod_identity_association(**of)["association"]["tags"] == {"a": "1", "b": "2"}

    assert eks.delete_pod_identity_association(**of)["association"]["associationId"] == association["associationId"]
    for ask in (eks.describe_pod_identity_association, eks.delete_pod_identity_association):
        with Refusal("ResourceNotFoundException"):
            ask(**of)


def test_they_are_listed_by_namespace_and_service_account(account: Account, association: dict[str, Any]) -> None:
    eks = account.client("eks")
    eks.create_pod_identity_association(
        clusterName="one", namespace="m", serviceAccount="s", roleArn=association["roleArn"]
    )

    def found(**wanted: str) -> list[str]:
        return sorted(
            one["namespace"] for one in eks.list_pod_identity_associations(clusterName="one", **wanted)["associations"]
        )

    assert found() == ["m", "n"]
    assert found(namespace="n") == ["n"]
    assert found(namespace="n", serviceAccount="t") == []


def test_a_service_account_has_one_role(account: Account, association: dict[str, Any]) -> None:
    with Refusal("ResourceInUseException"):
        account.client("eks").create_pod_identity_association(
            clusterName="one", namespace="n", serviceAccount="s", roleArn=association["roleArn"]
        )


def test_the_role_is_one_for_pods(account: Account) -> None:
    account.cluster()
    with Refusal("InvalidParameterException") as refusal:
        account.client("eks").create_pod_identity_association(
            clusterName="one", namespace="n", serviceAccount="s", roleArn=account.role("machines", "ec2.amazonaws.com")
        )
    assert PODS in refusal.message
