"""A role is taken by those whom it trusts."""

from typing import Any

import pytest

from tests.sandbox.aws.accounts import Account, Refusal
from tests.sandbox.aws.tokens import ISSUER, token

ANOTHER = "999999999999"
SUBJECT = "system:serviceaccount:n:s"
CLAIMS: dict[str, Any] = {"sub": SUBJECT, "aud": ["sts.amazonaws.com"]}


def test_a_principal_that_is_named_takes_it(account: Account) -> None:
    sts = account.client("sts")
    trusted: list[Any] = [
        {"AWS": f"arn:aws:iam::{account.number}:root"},
        {"AWS": [ANOTHER, account.number]},
        {"AWS": f"arn:aws:iam::{account.number}:user/moto"},
        "*",
    ]
    for number, principal in enumerate(trusted):
        role = account.trusting(f"role-{number}", {"Principal": principal, "Action": "sts:Assume*"})
        assert sts.assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]


def test_a_role_takes_a_role(account: Account) -> None:
    first = account.trusting("first", {"Principal": {"AWS": account.number}, "Action": "sts:AssumeRole"})
    second = account.trusting("second", {"Principal": {"AWS": first}, "Action": "sts:AssumeRole"})
    with Refusal("AccessDenied"):
        account.client("sts").assume_role(RoleArn=second, RoleSessionName="session")
    key = account.client("sts").assume_role(RoleArn=first, RoleSessionName="session")["Credentials"]["AccessKeyId"]
    session = account.server.client("sts", key).assume_role(RoleArn=second, RoleSessionName="session")
    assert session["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{account.number}:assumed-role/second/session"


@pytest.mark.parametrize(
    "statement",
    [
        {"Principal": {"AWS": ANOTHER}, "Action": "sts:AssumeRole"},
        {"Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"},
        {"Principal": "*", "Action": "sts:TagSession"},
        {"Principal": "*", "Action": "sts:AssumeRole", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}},
    ],
)
def test_nobody_else_does(account: Account, statement: dict[str, Any]) -> None:
    role = account.trusting("role", statement)
    with Refusal("AccessDenied") as refusal:
        account.client("sts").assume_role(RoleArn=role, RoleSessionName="session")
    assert f"sts:AssumeRole on resource: {role}" in refusal.message


def test_a_role_that_is_not_there_is_taken_by_nobody(account: Account) -> None:
    for role in (f"arn:aws:iam::{account.number}:role/none", "a-role-without-an-arn"):
        with Refusal("AccessDenied" if role.startswith("arn") else "ValidationError"):
            account.client("sts").assume_role(RoleArn=role, RoleSessionName="session")


class Federated:
    """A role for tokens of an issuer."""

    def __init__(self, account: Account, condition: dict[str, Any]) -> None:
        self.sts = account.client("sts")
        provider = f"arn:aws:iam::{account.number}:oidc-provider/{ISSUER}"
        account.client("iam").create_open_id_connect_provider(
            Url=f"https://{ISSUER}", ClientIDList=["sts.amazonaws.com"]
        )
        self.role = account.trusting(
            "role",
            {
                "Principal": {"Federated": provider},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": condition,
            },
        )

    def take(self, **claims: Any) -> dict[str, Any]:
        return self.sts.assume_role_with_web_identity(
            RoleArn=self.role, RoleSessionName="session", WebIdentityToken=token(**claims)
        )["Credentials"]


@pytest.mark.parametrize(
    ("condition", "claims", "goes"),
    [
        ({"StringEquals": {f"{ISSUER}:sub": SUBJECT, f"{ISSUER}:aud": "sts.amazonaws.com"}}, CLAIMS, True),
        ({"StringEquals": {f"{ISSUER}:sub": [SUBJECT, "other"]}}, CLAIMS, True),
        ({"StringLike": {f"{ISSUER}:sub": "system:serviceaccount:n:*"}}, CLAIMS, True),
        ({"StringEquals": {f"{ISSUER}:sub": "system:serviceaccount:n:other"}}, CLAIMS, False),
        ({"StringEquals": {f"{ISSUER}:sub": "system:serviceaccount:n:*"}}, CLAIMS, False),
        ({"StringEquals": {"other.test:sub": SUBJECT}}, CLAIMS, False),
        ({"StringMystery": {f"{ISSUER}:sub": SUBJECT}}, CLAIMS, False),
    ],
)
def test_a_token_takes_it_if_its_claims_are_the_ones(
    account: Account, condition: dict[str, Any], claims: dict[str, Any], goes: bool
) -> None:
    federated = Federated(account, condition)
    if goes:
        key = federated.take(**claims)["AccessKeyId"]
        told = account.server.client("sts", key).get_caller_identity()["Arn"]
        assert told == f"arn:aws:sts::{account.number}:assumed-role/role/session"
    else:
        with Refusal("AccessDenied"):
            federated.take(**claims)


@pytest.mark.parametrize("claims", [{"iss": "https://other.test"}, {"aud": "other"}])
def test_a_token_of_another_issuer_or_for_another_is_none(account: Account, claims: dict[str, Any]) -> None:
    federated = Federated(account, {})
    with Refusal("InvalidIdentityToken"):
        federated.take(**{**CLAIMS, **claims})
    with Refusal("InvalidIdentityToken"):
        federated.sts.assume_role_with_web_identity(
            RoleArn=federated.role,
            RoleSessionName="session",
            WebIdentityToken="not-a-token",
        )
