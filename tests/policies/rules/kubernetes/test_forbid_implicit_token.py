import pytest

from policies.rules.kubernetes.forbid_implicit_token import forbid_implicit_token as rule
from tests.policies.judging import Change, deployment, drop, put, violations


def test_the_compliant_pod_is_accepted() -> None:
    assert violations(rule, deployment()) == []
    assert violations(rule, deployment(put("automountServiceAccountToken", value=True))) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ([drop("automountServiceAccountToken")], "the pod doesn't say automountServiceAccountToken: set it to false"),
        ([put("automountServiceAccountToken", value="no")], "the pod doesn't say automountServiceAccountToken"),
        (
            [put("automountServiceAccountToken", value=True), drop("serviceAccountName")],
            "mounts a token of serviceAccountName None: give it an account of its own",
        ),
        (
            [put("automountServiceAccountToken", value=True), put("serviceAccountName", value="default")],
            "mounts a token of serviceAccountName 'default'",
        ),
    ],
)
def test_one_thing_wrong_is_named(changes: list[Change], message: str) -> None:
    (said,) = violations(rule, deployment(*changes))
    assert message in said


def test_who_has_no_token_may_be_the_default_account() -> None:
    assert violations(rule, deployment(drop("serviceAccountName"))) == []
