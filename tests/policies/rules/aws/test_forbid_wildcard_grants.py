import pytest

from policies.rules.aws.forbid_wildcard_grants import forbid_wildcard_grants as rule
from tests.policies.compliant import document, told
from tests.policies.judging import UNKNOWN, judge, put


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Action": "*"}, "statement 'Read' allows '*'"),
        ({"Action": ["s3:GetObject", "kms:*"]}, "statement 'Read' allows 'kms:*'"),
        ({"NotAction": "iam:*"}, "all but some by NotAction"),
        ({"NotResource": "arn:aws:s3:::secret"}, "all but some by NotResource"),
        ({"Action": "kms:**"}, "statement 'Read' allows 'kms:**'"),
        ({"Action": "IAM:*"}, "statement 'Read' allows 'IAM:*'"),
        ({"Action": "iam:PassRole", "Resource": "*"}, "hand on any role"),
        ({"Action": "iam:passrole", "Resource": "*"}, "hand on any role"),
        ({"Action": ["s3:GetObject", "iam:Pass*"], "Resource": "*"}, "hand on any role"),
        ({"Action": "iam:PassRol?", "Resource": "arn:aws:iam::*:role/*"}, "hand on any role"),
        ({"Action": "iam:PassRole", "Resource": ["arn:aws:iam::111122223333:role/*"]}, "hand on any role"),
    ],
)
def test_one_thing_wrong_is_named(changes: dict[str, object], message: str) -> None:
    (said,) = told(rule, rights=put("policy", value=document(**changes)))
    assert message in said


@pytest.mark.parametrize("name", ["AdministratorAccess", "IAMFullAccess", "PowerUserAccess"])
def test_policies_of_aws_that_allow_everything_are_named(name: str) -> None:
    (said,) = told(rule, attachment=put("policyArn", value=f"arn:aws:iam::aws:policy/{name}"))
    assert f"{name}, which allows everything" in said


_ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


@pytest.mark.parametrize(
    ("kind", "props"),
    [
        ("groupPolicy:GroupPolicy", {"policy": document(Action="*")}),
        ("groupPolicyAttachment:GroupPolicyAttachment", {"policyArn": _ADMINISTRATOR}),
        ("role:Role", {"inlinePolicies": [{"name": "all", "policy": document(Action="*")}]}),
        ("role:Role", {"managedPolicyArns": [_ADMINISTRATOR]}),
        ("role:Role", {"inlinePolicies": [{"policy": UNKNOWN}], "managedPolicyArns": [UNKNOWN, _ADMINISTRATOR]}),
    ],
)
def test_rights_are_read_wherever_they_are_said(kind: str, props: dict[str, object]) -> None:
    told_of, _ = judge(rule, props, f"aws:iam/{kind}")
    assert len(told_of) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"Action": "iam:PassRole", "Resource": "arn:aws:iam::111122223333:role/slipway-*"},
        {"Action": "iam:Get*", "Resource": "*"},
        {"Action": "kms:GenerateDataKey*", "Resource": "*"},
    ],
)
def test_a_wildcard_within_what_is_named_is_accepted(changes: dict[str, object]) -> None:
    assert told(rule, rights=put("policy", value=document(**changes))) == []


@pytest.mark.parametrize("value", [document(Effect="Deny", Action="*"), "no JSON", [], None])
def test_what_allows_nothing_is_accepted(value: object) -> None:
    assert told(rule, rights=put("policy", value=value)) == []
