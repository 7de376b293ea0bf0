import pytest

from policies.rules.aws.require_scoped_trust import require_scoped_trust as rule
from tests.policies.compliant import told, trust
from tests.policies.judging import put


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []


_CLAIMS = "oidc.eks.eu-central-1.amazonaws.com/id/ABCD"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Principal": "*", "Action": "sts:AssumeRole"}, "everyone (*) may be it"),
        ({"Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}, "everyone (AWS) may be it"),
        (
            {"Principal": {"AWS": ["arn:aws:iam::111122223333:root"]}, "Action": "sts:AssumeRole"},
            "all of the account arn:aws:iam::111122223333:root may be it",
        ),
        (
            {"Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"},
            "all of the account 111122223333 may be it",
        ),
        ({"Principal": None, "NotPrincipal": {"AWS": "a"}}, "all but some may be it, by NotPrincipal"),
        *(
            ({"Condition": {"StringEquals": {f"{_CLAIMS}:aud": "a"}}} | said, "any sub of its identity provider")
            for said in (
                {"Action": "sts:assumerolewithwebidentity"},
                {"Action": ["sts:TagSession", "sts:AssumeRole*"]},
                {"Action": "*"},
                {"Action": None, "NotAction": "sts:TagSession"},
            )
        ),
        ({"Condition": {"StringEquals": {f"{_CLAIMS}:sub": "a"}}}, "any aud of its identity provider"),
        ({"Condition": {"StringEquals": {f"{_CLAIMS}:aud": "a"}}}, "any sub of its identity provider"),
        (
            {"Condition": {"StringEquals": {f"{_CLAIMS}:aud": "a", f"{_CLAIMS}:sub": "repo:example/*"}}},
            "any sub of its identity provider",
        ),
    ],
)
def test_one_thing_wrong_is_named(changes: dict[str, object], message: str) -> None:
    (said,) = told(rule, **{"iam-role": put("assumeRolePolicy", value=trust(**changes))})
    assert message in said


def test_a_likeness_is_no_comparison() -> None:
    claims = {f"{_CLAIMS}:aud": "a", f"{_CLAIMS}:sub": "b"}
    said = told(rule, **{"iam-role": put("assumeRolePolicy", value=trust(Condition={"StringLike": claims}))})
    assert len(said) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"Effect": "Deny", "Principal": "*"},
        {"Principal": {"Service": "eks.amazonaws.com"}, "Action": ["sts:AssumeRole", "sts:TagSession"]},
        {"Principal": {"AWS": "arn:aws:iam::111122223333:role/Ops"}, "Action": "sts:AssumeRole*"},
        {"Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/ours"}, "Action": "sts:AssumeRole*"},
    ],
)
def test_a_role_for_one_is_accepted(changes: dict[str, object]) -> None:
    assert told(rule, **{"iam-role": put("assumeRolePolicy", value=trust(**changes))}) == []
