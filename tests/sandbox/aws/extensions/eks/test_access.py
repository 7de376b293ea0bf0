"""Who is let into a cluster, and with which of EKS's policies."""

from typing import Any

import pytest

from tests.sandbox.aws.accounts import Account, Refusal

VIEW = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAdminViewPolicy"
WHOLE = {"type": "cluster"}


@pytest.fixture
def entry(account: Account) -> dict[str, Any]:
    """The entry of a role, which is in two groups."""
    account.cluster()
    role = account.role("deployer")
    return account.client("eks").create_access_entry(
        clusterName="one", principalArn=role, kubernetesGroups=["deployers", "readers"], tags={"a": "1"}
    )["accessEntry"]


def test_an_entry_is_told_changed_and_removed(account: Account, entry: dict[str, Any]) -> None:
    eks = account.client("eks")
    of = {"clusterName": "one", "principalArn": entry["principalArn"]}
    assert eks.describe_access_entry(**of)["accessEntry"] == entry
    assert entry["type"] == "STANDARD"
    assert entry["username"] == f"arn:aws:sts::{account.number}:assumed-role/deployer/{{{{SessionName}}}}"
    assert entry["accessEntryArn"].startswith(
        f"arn:aws:eks:eu-central-1:{account.number}:access-entry/one/role/{account.number}/deployer/"
    )
    changed = eks.update_access_entry(**of, kubernetesGroups=["readers"])["accessEntry"]
    assert changed["kubernetesGroups"] == ["readers"]
    assert changed["username"] == entry["username"]
    eks.tag_resource(resourceArn=entry["accessEntryArn"], tags={"b": "2"})
    assert eks.describe_access_entry(**of)["accessEntry"]["tags"] == {"a": "1", "b": "2"}

    eks.delete_access_entry(**of)
    for ask in (eks.describe_access_entry, eks.delete_access_entry, eks.list_associated_access_policies):
        with Refusal("ResourceNotFoundException"):
            ask(**of)
    with Refusal("ResourceNotFoundException"):
        eks.describe_access_entry(clusterName="none", principalArn=entry["principalArn"])


def test_nodes_have_an_entry_of_their_own_kind(account: Account) -> None:
    account.cluster()
    eks = account.client("eks")
    role = account.role("node", "ec2.amazonaws.com")
    made = eks.create_access_entry(clusterName="one", principalArn=role, type="EC2")["accessEntry"]
    assert made["kubernetesGroups"] == ["system:nodes"]
    assert made["username"] == "system:node:{{EC2PrivateDNSName}}"
    with Refusal("InvalidParameterException"):
        eks.update_access_entry(clusterName="one", principalArn=role, kubernetesGroups=["a"])


def test_policies_are_associated_with_a_scope(account: Account, entry: dict[str, Any]) -> None:
    eks = account.client("eks")
    of = {"clusterName": "one", "principalArn": entry["principalArn"]}
    made = eks.associate_access_policy(**of, policyArn=VIEW, accessScope={"type": "namespace", "namespaces": ["a"]})
    assert made["associatedAccessPolicy"]["accessScope"] == {"type": "namespace", "namespaces": ["a"]}
    eks.associate_access_policy(**of, policyArn=VIEW, accessScope=WHOLE)
    told = eks.list_associated_access_policies(**of)
    [policy] = told["associatedAccessPolicies"]
    assert policy["policyArn"] == VIEW
    assert policy["accessScope"] == {"type": "cluster", "namespaces": []}
    assert eks.list_access_entries(clusterName="one", associatedPolicyArn=VIEW)["accessEntries"] == [
        entry["principalArn"]
    ]

    eks.disassociate_access_policy(**of, policyArn=VIEW)
    assert eks.list_associated_access_policies(**of)["associatedAccessPolicies"] == []
    assert eks.list_access_entries(clusterName="one", associatedPolicyArn=VIEW)["accessEntries"] == []
    with Refusal("ResourceNotFoundException"):
        eks.disassociate_access_policy(**of, policyArn=VIEW)


@pytest.mark.parametrize(
    "wanted",
    [
        {"principalArn": "nobody"},
        {"type": "MAINFRAME"},
        {"type": "EC2", "kubernetesGroups": ["a"]},
        {"kubernetesGroups": ["system:masters"]},
        {"username": "eks:root"},
    ],
)
def test_what_aws_refuses_is_refused(account: Account, wanted: dict[str, Any]) -> None:
    account.cluster()
    role = account.role("deployer")
    with Refusal("InvalidParameterException"):
        account.client("eks").create_access_entry(**{"clusterName": "one", "principalArn": role, **wanted})
    assert account.client("eks").list_access_entries(clusterName="one")["accessEntries"] == []


@pytest.mark.parametrize(
    ("policy", "scope"),
    [
        ("arn:aws:iam::aws:policy/AdministratorAccess", WHOLE),
        (VIEW, {"type": "namespace"}),
        (VIEW, {"type": "cluster", "namespaces": ["a"]}),
    ],
)
def test_a_policy_and_its_scope_agree(
    account: Account, entry: dict[str, Any], policy: str, scope: dict[str, Any]
) -> None:
    with Refusal("InvalidParameterException"):
        account.client("eks").associate_access_policy(
            clusterName="one", principalArn=entry["principalArn"], policyArn=policy, accessScope=scope
        )


def test_an_entry_is_there_once(account: Account, entry: dict[str, Any]) -> None:
    with Refusal("ResourceInUseException"):
        account.client("eks").create_access_entry(clusterName="one", principalArn=entry["principalArn"])


def test_a_cluster_that_reads_a_config_map_has_no_entries(account: Account) -> None:
    account.cluster(accessConfig={"authenticationMode": "CONFIG_MAP"})
    with Refusal("InvalidRequestException"):
        account.client("eks").create_access_entry(clusterName="one", principalArn=account.role("deployer"))


def test_all_of_eks_s_policies_can_be_had(account: Account) -> None:
    assert VIEW in [one["arn"] for one in account.client("eks").list_access_policies()["accessPolicies"]]
