import pytest

from policies.rules.aws.forbid_wildcard_grants import forbid_wildcard_grants as rule
from tests.policies.compliant import document, told
from tests.policies.judging import put


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Action": "*"}, "statement 'Read' allows '*'"),
        ({"Action": ["s3:GetObject", "kms:*"]}, "statement 'Read' allows 'kms:*'"),
        ({"NotAction": "iam:*"}, "all but some by NotAction"),
        ({"NotResource": "arn:aws:s3:::secret"}, "all but some by NotResource"),
        ({"Action": "iam:PassRole", "Resource": "*"}, "hand on any role"),
    ],
)
def test_one_thing_wrong_is_named(changes: dict[str, object], message: str) -> None:
    (said,) = told(rule, rights=put("policy", value=document(**changes)))
    assert message in said


@pytest.mark.parametrize("name", ["AdministratorAccess", "IAMFullAccess", "PowerUserAccess"])
def test_policies_of_aws_that_allow_everything_are_named(name: str) -> None:
    (said,) = told(rule, attachment=put("policyArn", value=f"arn:aws:iam::aws:policy/{name}"))
    assert f"{name}, which allows everything" in said


@pytest.mark.parametrize("value", [document(Effect="Deny", Action="*"), "no JSON", [], None])
def test_what_allows_nothing_is_accepted(value: object) -> None:
    assert told(rule, rights=put("policy", value=value)) == []
