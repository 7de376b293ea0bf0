"""Log groups tell what they were told, and those that are protected stay."""

from typing import Any

import pytest

from tests.sandbox.aws.accounts import Account, Refusal

KEY = "arn:aws:kms:eu-central-1:123456789012:key/k"


def group(account: Account) -> dict[str, Any]:
    [one] = account.client("logs").describe_log_groups()["logGroups"]
    return one


def test_class_and_protection_are_told(account: Account) -> None:
    logs = account.client("logs")
    logs.create_log_group(logGroupName="g", logGroupClass="INFREQUENT_ACCESS", deletionProtectionEnabled=True)
    told = group(account)
    assert (told["logGroupClass"], told["deletionProtectionEnabled"]) == ("INFREQUENT_ACCESS", True)
    assert told["logGroupArn"] == f"arn:aws:logs:eu-central-1:{account.number}:log-group:g"
    with Refusal("ValidationException"):
        logs.delete_log_group(logGroupName="g")
    logs.put_log_group_deletion_protection(logGroupIdentifier=told["logGroupArn"], deletionProtectionEnabled=False)
    assert group(account)["deletionProtectionEnabled"] is False
    logs.delete_log_group(logGroupName="g")
    assert logs.describe_log_groups()["logGroups"] == []


def test_a_key_comes_and_goes(account: Account) -> None:
    logs = account.client("logs")
    logs.create_log_group(logGroupName="g")
    assert "kmsKeyId" not in group(account)
    logs.associate_kms_key(logGroupName="g", kmsKeyId=KEY)
    assert group(account)["kmsKeyId"] == KEY
    logs.disassociate_kms_key(resourceIdentifier=group(account)["arn"])
    assert "kmsKeyId" not in group(account)


@pytest.mark.parametrize(("days", "goes"), [(30, True), (31, False), (0, False)])
def test_logs_are_kept_for_times_that_there_are(account: Account, days: int, goes: bool) -> None:
    logs = account.client("logs")
    logs.create_log_group(logGroupName="g")
    if goes:
        logs.put_retention_policy(logGroupName="g", retentionInDays=days)
        assert group(account)["retentionInDays"] == days
    else:
        with Refusal("InvalidParameterException"):
            logs.put_retention_policy(logGroupName="g", retentionInDays=days)
        assert "retentionInDays" not in group(account)


def test_a_group_that_is_not_there_is_not_found(account: Account) -> None:
    logs = account.client("logs")
    for call in (logs.delete_log_group, logs.disassociate_kms_key):
        with Refusal("ResourceNotFoundException"):
            call(logGroupName="none")
