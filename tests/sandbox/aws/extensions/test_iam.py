"""AWS's own policies are there when they are named, and none goes while something has it."""

import json

import pytest

from tests.sandbox.aws.accounts import Account, Refusal

NEEDED = (
    "AmazonEKSClusterPolicy",
    "AmazonEKSComputePolicy",
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingPolicy",
    "AmazonEKSWorkerNodeMinimalPolicy",
    "AmazonEC2ContainerRegistryPullOnly",
)


@pytest.mark.parametrize("name", NEEDED)
def test_a_policy_of_aws_is_attached_read_and_detached(account: Account, name: str) -> None:
    iam = account.client("iam")
    account.role()
    arn = f"arn:aws:iam::aws:policy/{name}"
    iam.attach_role_policy(RoleName="role", PolicyArn=arn)
    [attached] = iam.list_attached_role_policies(RoleName="role")["AttachedPolicies"]
    assert attached == {"PolicyName": name, "PolicyArn": arn}
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    assert document["Statement"]
    with Refusal("DeleteConflict"):
        iam.delete_role(RoleName="role")
    iam.detach_role_policy(RoleName="role", PolicyArn=arn)
    iam.delete_role(RoleName="role")


def test_a_policy_that_aws_does_not_have_is_not_there(account: Account) -> None:
    account.role()
    for arn in ("arn:aws:iam::aws:policy/AmazonNone", "arn:aws:iam::aws:policy/service-role/AmazonEKSClusterPolicy"):
        with Refusal("NoSuchEntity"):
            account.client("iam").attach_role_policy(RoleName="role", PolicyArn=arn)


def test_an_attached_policy_stays(account: Account) -> None:
    iam = account.client("iam")
    account.role()
    statement = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    arn = iam.create_policy(PolicyName="p", PolicyDocument=document)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="role", PolicyArn=arn)
    with Refusal("DeleteConflict"):
        iam.delete_policy(PolicyArn=arn)
    iam.detach_role_policy(RoleName="role", PolicyArn=arn)
    iam.delete_policy(PolicyArn=arn)


def test_audiences_come_and_go(account: Account) -> None:
    iam = account.client("iam")
    arn = iam.create_open_id_connect_provider(Url="https://tokens.test", ClientIDList=["a"])["OpenIDConnectProviderArn"]
    of = {"OpenIDConnectProviderArn": arn}
    iam.add_client_id_to_open_id_connect_provider(**of, ClientID="b")
    iam.add_client_id_to_open_id_connect_provider(**of, ClientID="b")
    assert iam.get_open_id_connect_provider(**of)["ClientIDList"] == ["a", "b"]
    iam.remove_client_id_from_open_id_connect_provider(**of, ClientID="a")
    assert iam.get_open_id_connect_provider(**of)["ClientIDList"] == ["b"]


def test_rights_are_asked_for_by_action_and_resource(account: Account) -> None:
    told = account.client("iam").simulate_principal_policy(
        PolicySourceArn=account.role(), ActionNames=["eks:CreateCluster", "s3:PutObject"], ResourceArns=["*"]
    )["EvaluationResults"]
    assert [(one["EvalActionName"], one["EvalDecision"]) for one in told] == [
        ("eks:CreateCluster", "allowed"),
        ("s3:PutObject", "allowed"),
    ]
