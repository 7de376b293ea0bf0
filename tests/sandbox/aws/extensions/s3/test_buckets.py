"""Buckets: what they are told they tell, and their policies apply when they say."""

import json
from typing import Any

import pytest

from sandbox.aws.extensions.s3.buckets import LACKS
from sandbox.aws.handlers import NOT_IMPLEMENTED
from tests.sandbox.aws.accounts import Account, Refusal

PLACE = {"LocationConstraint": "eu-central-1"}


@pytest.fixture
def bucket(account: Account) -> str:
    name = f"bucket-{account.number}"
    account.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=PLACE, ObjectLockEnabledForBucket=True)
    return name


def statement(bucket: str, effect: str, **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{bucket}/*", **more}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def test_a_lifecycle_is_told_as_it_was_given(account: Account, bucket: str) -> None:
    s3 = account.client("s3")
    rules = [
        {
            "ID": "old",
            "Status": "Enabled",
            "Filter": {"And": {"Prefix": "a/", "ObjectSizeGreaterThan": 10, "ObjectSizeLessThan": 1000}},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 30, "NewerNoncurrentVersions": 3},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        }
    ]
    made = s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    assert made["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"
    told = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    assert told["Rules"] == rules
    assert told["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket,
        LifecycleConfiguration={"Rules": rules},
        TransitionDefaultMinimumObjectSize="varies_by_storage_class",
    )
    told = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    assert told["TransitionDefaultMinimumObjectSize"] == "varies_by_storage_class"
    s3.delete_bucket_lifecycle(Bucket=bucket)
    with Refusal("NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket=bucket)


def test_access_logs_and_locks_are_told_as_they_were_given(account: Account, bucket: str) -> None:
    s3 = account.client("s3")
    source = {"Service": "logging.s3.amazonaws.com"}
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    s3.put_bucket_policy(
        Bucket=bucket,
        Policy=policy(
            statement(bucket, "Deny", Condition=insecure),
            statement(
                bucket, "Allow", Principal=source, Action=["s3:PutObject"], Resource=f"arn:aws:s3:::{bucket}/log/*"
            ),
        ),
    )
    logs = {
        "TargetBucket": bucket,
        "TargetPrefix": "log/",
        "TargetObjectKeyFormat": {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}},
    }
    s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={"LoggingEnabled": logs})
    assert s3.get_bucket_logging(Bucket=bucket)["LoggingEnabled"] == logs
    s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={})
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket=bucket)
    lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 30}}}
    s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=lock)
    assert s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"] == lock


@pytest.mark.parametrize(
    "wanted",
    [
        "junk",
        "[]",
        '{"Version": "2012-10-17"}',
        policy({"Effect": "Allow", "Principal": "*", "Action": "s3:*"}),
        policy(statement("another", "Allow")),
    ],
)
def test_what_is_no_policy_is_refused(account: Account, bucket: str, wanted: str) -> None:
    with Refusal("MalformedPolicy"):
        account.client("s3").put_bucket_policy(Bucket=bucket, Policy=wanted)


@pytest.mark.parametrize(
    ("condition", "denied"),
    [
        ({}, True),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, False),
        ({"NumericLessThan": {"s3:TlsVersion": "1.2"}}, False),
        ({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}, False),
    ],
)
def test_a_statement_applies_when_its_condition_says(
    account: Account, bucket: str, condition: dict[str, Any], denied: bool
) -> None:
    s3 = account.client("s3")
    s3.put_object(Bucket=bucket, Key="a", Body=b"a")
    denial = statement(bucket, "Deny", **({"Condition": condition} if condition else {}))
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(denial))
    if denied:
        with Refusal("AccessDenied"):
            s3.get_object(Bucket=bucket, Key="a")
    else:
        assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"a"


def test_what_moto_takes_for_another_operation_is_not_there(account: Account, bucket: str) -> None:
    s3 = account.client("s3")
    s3.put_object(Bucket=bucket, Key="a", Body=b"a")
    with Refusal(NOT_IMPLEMENTED):
        s3.list_bucket_analytics_configurations(Bucket=bucket)
    with Refusal(NOT_IMPLEMENTED):
        s3.get_bucket_metrics_configuration(Bucket=bucket, Id="m")
    assert len(set(LACKS)) == len(LACKS)


@pytest.mark.parametrize(
    "wrong",
    [
        {"Principal": "*"},
        {"Principal": {"Service": "elasticloadbalancing.amazonaws.com"}},
        {"Effect": "Deny"},
        {"Action": "s3:GetObject"},
        {"Resource": "arn:aws:s3:::{bucket}/other/*"},
    ],
)
def test_access_logs_go_only_where_they_may(account: Account, bucket: str, wrong: dict[str, Any]) -> None:
    s3 = account.client("s3")
    right = statement(bucket, "Allow", Principal={"Service": "logging.s3.amazonaws.com"}, Action="s3:PutObject")
    changed = {key: value.format(bucket=bucket) if isinstance(value, str) else value for key, value in wrong.items()}
    s3.put_bucket_policy(Bucket=bucket, Policy=policy({**right, **changed}))
    with Refusal("InvalidTargetBucketForLogging"):
        s3.put_bucket_logging(
            Bucket=bucket,
            BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": bucket, "TargetPrefix": "log/"}},
        )
