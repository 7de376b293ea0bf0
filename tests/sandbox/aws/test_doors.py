"""A cluster learns who holds a token, and pods get the credentials of their role."""

import base64
import json
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.aws.accounts import Account
from tests.sandbox.aws.tokens import token

PODS = "pods.eks.amazonaws.com"
VIEW = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
ADMINISTRATOR = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"


def exec_token(account: Account, key: str = "", header: str = "x-k8s-aws-id") -> str:
    """A token as `aws eks get-token` makes it."""
    sts = account.server.client("sts", key) if key else account.client("sts")
    signer: Any = sts._request_signer
    request = {
        "method": "GET",
        "url": f"{account.server.url}/?Action=GetCallerIdentity&Version=2011-06-15",
        "body": {},
        "headers": {header: "one"},
        "context": {},
    }
    url = signer.generate_presigned_url(
        request, region_name="eu-central-1", expires_in=60, operation_name="GetCallerIdentity"
    )
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


def review(account: Account, token: object) -> dict[str, Any]:
    body = json.dumps({"kind": "TokenReview", "spec": {"token": token}}).encode()
    request = urllib.request.Request(f"{account.server.url}/_eks/tokens", data=body)  # noqa: S310 (of this test)
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        told = json.loads(answer.read())
    assert told["kind"] == "TokenReview"
    return told["status"]


@pytest.fixture
def deployer(account: Account) -> str:
    """The key of a session of a role that is let into a cluster, with two policies and a group."""
    account.cluster()
    role = account.trusting("deployer", {"Principal": {"AWS": account.number}, "Action": "sts:AssumeRole"})
    eks, of = account.client("eks"), {"clusterName": "one", "principalArn": role}
    eks.create_access_entry(**of, kubernetesGroups=["deployers"])
    eks.associate_access_policy(**of, policyArn=VIEW, accessScope={"type": "namespace", "namespaces": ["a", "b"]})
    eks.associate_access_policy(**of, policyArn=ADMINISTRATOR, accessScope={"type": "cluster"})
    return account.client("sts").assume_role(RoleArn=role, RoleSessionName="robot")["Credentials"]["AccessKeyId"]


def test_who_is_let_in_is_told_with_groups(account: Account, deployer: str) -> None:
    status = review(account, exec_token(account, deployer))
    assert status["authenticated"]
    assert status["user"]["username"] == f"arn:aws:sts::{account.number}:assumed-role/deployer/robot"
    assert status["user"]["groups"] == [
        "deployers",
        "eks-access-policy:AmazonEKSViewPolicy:a",
        "eks-access-policy:AmazonEKSViewPolicy:b",
        "system:masters",
        "eks-access-policy:AmazonEKSClusterAdminPolicy",
    ]


def test_who_is_not_is_told_why(account: Account, deployer: str) -> None:
    assert deployer
    status = review(account, exec_token(account))
    assert not status["authenticated"]
    assert status["error"].endswith(f"has an access entry for arn:aws:iam::{account.number}:user/moto")


def test_what_is_no_token_of_it_is_told_so(account: Account, deployer: str) -> None:
    good = exec_token(account, deployer)
    url = base64.urlsafe_b64decode(good.removeprefix("k8s-aws-v1.") + "==").decode()

    def changed(before: str, after: str) -> str:
        assert before in url
        return "k8s-aws-v1." + base64.urlsafe_b64encode(url.replace(before, after).encode()).decode()

    old = f"{datetime.now(UTC) - timedelta(hours=1):%Y%m%dT%H}"
    for bad in (
        "junk",
        None,
        "k8s-aws-v1.!",
        "k8s-aws-v1.aHR0cDovL2E",
        changed("GetCallerIdentity", "ListUsers"),
        changed(f"X-Amz-Date={datetime.now(UTC):%Y%m%dT%H}", f"X-Amz-Date={old}"),
        exec_token(account, deployer, header="x-other"),
    ):
        status = review(account, bad)
        assert not status["authenticated"], bad
        assert status["error"]


def credentials(account: Account, subject: str) -> dict[str, Any]:
    request = urllib.request.Request(f"{account.server.url}/v1/credentials")  # noqa: S310 (of this test)
    request.add_header("Authorization", token(sub=subject, aud=[PODS]))
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return json.loads(answer.read())


def test_a_pod_has_its_role_s_credentials(account: Account) -> None:
    account.cluster()
    name = f"s-{account.number}"
    account.client("eks").create_pod_identity_association(
        clusterName="one", namespace="n", serviceAccount=name, roleArn=account.role("pods", PODS)
    )
    told = credentials(account, f"system:serviceaccount:n:{name}")
    assert told["AccountId"] == account.number
    assert datetime.strptime(told["Expiration"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) > datetime.now(UTC)
    caller = account.server.client("sts", told["AccessKeyId"]).get_caller_identity()["Arn"]
    assert caller == f"arn:aws:sts::{account.number}:assumed-role/pods/eks-one-{name}"


@pytest.mark.parametrize("subject", ["system:serviceaccount:n:none", ""])
def test_a_pod_without_a_role_has_none(account: Account, subject: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="400") as caught:
        credentials(account, subject)
    assert "has a role in: none" in json.loads(caught.value.read())["message"]


def test_a_pod_that_two_clusters_give_a_role_has_none(account: Account) -> None:
    role, name = account.role("pods", PODS), f"s-{account.number}"
    for cluster in ("one", "two"):
        account.cluster(cluster)
        account.client("eks").create_pod_identity_association(
            clusterName=cluster, namespace="n", serviceAccount=name, roleArn=role
        )
    with pytest.raises(urllib.error.HTTPError, match="400") as caught:
        credentials(account, f"system:serviceaccount:n:{name}")
    assert "has a role in: one, two" in json.loads(caught.value.read())["message"]
