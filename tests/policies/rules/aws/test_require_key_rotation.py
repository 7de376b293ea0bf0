import pytest

from policies.rules.aws.require_key_rotation import require_key_rotation as rule
from tests.policies.compliant import document, told
from tests.policies.judging import Change, drop, put


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (drop("enableKeyRotation"), "never rotated"),
        (put("deletionWindowInDays", value=7.0), "gone 7.0 days after"),
        (put("bypassPolicyLockoutSafetyCheck", value=True), "lock everybody out"),
        (
            put("policy", value=document(Principal="*", Action="kms:Decrypt")),
            "lets everyone kms:Decrypt: compare kms:CallerAccount",
        ),
        (
            put("policy", value=document(Principal={"AWS": "*"}, Action=["kms:Encrypt", "kms:Decrypt"])),
            "lets everyone kms:Encrypt, kms:Decrypt",
        ),
    ],
)
def test_one_thing_wrong_is_named(change: Change, message: str) -> None:
    (said,) = told(rule, key=change)
    assert message in said


@pytest.mark.parametrize(
    "changes",
    [
        {"Principal": "*", "Condition": {"StringEquals": {"kms:CallerAccount": "111122223333"}}},
        {"Principal": "*", "Effect": "Deny"},
    ],
)
def test_everyone_of_the_account_may_be_meant(changes: dict[str, object]) -> None:
    assert told(rule, key=put("policy", value=document(**changes))) == []
