"""Keys tell how often they are rotated, and take what AWS takes."""

from typing import Any

import pytest

from tests.sandbox.aws.accounts import Account, Refusal


@pytest.fixture
def key(account: Account) -> str:
    return account.client("kms").create_key()["KeyMetadata"]["KeyId"]


def test_rotation_is_told_with_its_period(account: Account, key: str) -> None:
    kms = account.client("kms")

    def status() -> dict[str, Any]:
        told = kms.get_key_rotation_status(KeyId=key)
        return {name: told[name] for name in ("KeyRotationEnabled", "RotationPeriodInDays") if name in told}

    assert status() == {"KeyRotationEnabled": False}
    kms.enable_key_rotation(KeyId=key)
    assert status() == {"KeyRotationEnabled": True, "RotationPeriodInDays": 365}
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=180)
    assert status() == {"KeyRotationEnabled": True, "RotationPeriodInDays": 180}
    kms.disable_key_rotation(KeyId=key)
    assert status() == {"KeyRotationEnabled": False}


def test_a_period_that_is_none_is_refused(account: Account, key: str) -> None:
    kms = account.client("kms")
    with Refusal("ValidationException"):
        kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=2561)
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is False


@pytest.mark.parametrize("days", [6, 31])
def test_a_window_that_is_none_is_refused(account: Account, key: str, days: int) -> None:
    kms = account.client("kms")
    with Refusal("ValidationException"):
        kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=days)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    with Refusal("KMSInvalidStateException"):
        kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)


@pytest.mark.parametrize("policy", ["junk", "[]", "{}"])
def test_a_policy_is_one(account: Account, key: str, policy: str) -> None:
    kms = account.client("kms")
    with Refusal("MalformedPolicyDocumentException"):
        kms.put_key_policy(KeyId=key, Policy=policy)
    with Refusal("MalformedPolicyDocumentException"):
        kms.create_key(Policy=policy)


def test_a_key_that_is_not_there_is_not_found(account: Account) -> None:
    with Refusal("NotFoundException"):
        account.client("kms").enable_key_rotation(KeyId="00000000-0000-0000-0000-000000000000")
