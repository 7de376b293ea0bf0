"""What stands beside a bucket: each is made, found unchanged, found changed, found gone, imported and removed."""

import json
from dataclasses import dataclass
from typing import Any

import grpc
import pytest

from sandbox.pulumi.plugins.aws.types import TYPES
from sandbox.pulumi.plugins.wire import Unknown

BUCKET = "models-store"
LOGGING = "aws:s3/bucketLogging:BucketLogging"  # has its case among those of the table
BUCKETS = "aws:s3/bucket:Bucket"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"


def policy(**statement: Any) -> str:
    default = {"Sid": "a", "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**default, **statement}]})


@dataclass(frozen=True)
class Case:
    """A side-car: what is declared, another value of it, the paths that differ, and the calls behind Pulumi's back."""

    declared: dict[str, Any]
    other: dict[str, Any]
    paths: dict[str, str]
    meddle: str
    arguments: dict[str, Any]
    remove: str | None


CASES = {
    "aws:s3/bucketVersioning:BucketVersioning": Case(
        {"versioningConfiguration": {"status": "Enabled"}},
        {"versioningConfiguration": {"status": "Suspended"}},
        {"versioningConfiguration.status": "UPDATE"},
        "put_bucket_versioning",
        {"VersioningConfiguration": {"Status": "Suspended"}},
        None,  # a bucket always has a state of versioning
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": Case(
        {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]},
        {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}, "bucketKeyEnabled": True}]},
        {
            "rules[0].applyServerSideEncryptionByDefault.sseAlgorithm": "UPDATE",
            "rules[0].bucketKeyEnabled": "UPDATE",
        },
        "put_bucket_encryption",
        {
            "ServerSideEncryptionConfiguration": {
                "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}]
            }
        },
        "delete_bucket_encryption",
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": Case(
        {
            "blockPublicAcls": True,
            "blockPublicPolicy": True,
            "ignorePublicAcls": True,
            "restrictPublicBuckets": True,
        },
        {"blockPublicAcls": True, "blockPublicPolicy": True, "ignorePublicAcls": True},
        {"restrictPublicBuckets": "UPDATE"},
        "put_public_access_block",
        {
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
            }
        },
        "delete_public_access_block",
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": Case(
        {"rule": {"objectOwnership": "BucketOwnerEnforced"}},
        {"rule": {"objectOwnership": "ObjectWriter"}},
        {"rule.objectOwnership": "UPDATE"},
        "put_bucket_ownership_controls",
        {"OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}},
        "delete_bucket_ownership_controls",
    ),
    "aws:s3/bucketPolicy:BucketPolicy": Case(
        {"policy": policy()},
        {"policy": policy(Effect="Allow")},
        {"policy": "UPDATE"},
        "put_bucket_policy",
        {"Policy": policy(Effect="Allow")},
        "delete_bucket_policy",
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": Case(
        {
            "rules": [
                {
                    "id": "old versions",
                    "status": "Enabled",
                    "filter": {},
                    "noncurrentVersionExpiration": {"noncurrentDays": 90},
                    "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
                },
                {
                    "id": "scratch",
                    "status": "Disabled",
                    "filter": {"and": {"prefix": "tmp/", "tags": {"kind": "scratch"}}},
                    "expiration": {"days": 3},
                    "transitions": [{"days": 1, "storageClass": "GLACIER"}],
                    "noncurrentVersionTransitions": [
                        {"noncurrentDays": 2, "newerNoncurrentVersions": 4, "storageClass": "GLACIER"}
                    ],
                },
            ]
        },
        {
            "rules": [
                {
                    "id": "old versions",
                    "status": "Enabled",
                    "noncurrentVersionExpiration": {"noncurrentDays": 30},
                    "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
                }
            ]
        },
        {"rules[0].noncurrentVersionExpiration.noncurrentDays": "UPDATE", "rules[1]": "DELETE"},
        "put_bucket_lifecycle_configuration",
        {
            "LifecycleConfiguration": {
                "Rules": [
                    {
                        "ID": "old versions",
                        "Status": "Enabled",
                        "Filter": {"Prefix": ""},
                        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
                        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                    }
                ]
            }
        },
        "delete_bucket_lifecycle",
    ),
}
REMOVABLE = [token for token, case in CASES.items() if case.remove]


@pytest.fixture(autouse=True)
def bucket(s3: Any) -> None:
    s3.create_bucket(Bucket=BUCKET)


def declared(token: Any) -> Any:
    return {"bucket": BUCKET, **CASES[token].declared}


def test_every_side_car_of_the_table_has_a_case() -> None:
    assert CASES.keys() | {LOGGING} == {
        token for token in TYPES if token.startswith("aws:s3/bucket") and token != BUCKETS
    }


@pytest.mark.parametrize("token", CASES)
def test_a_side_car_is_made_and_found_unchanged(aws: Any, token: Any) -> None:
    made = aws.create(token, "car", declared(token))

    assert made.id == BUCKET
    assert made.outputs["region"] == "us-east-1"
    assert aws.diff(made, declared(token)).changes == {}
    refreshed = aws.read(made)
    assert refreshed == made
    assert aws.diff(refreshed, declared(token)).changes == {}


@pytest.mark.parametrize("token", CASES)
def test_a_preview_takes_a_bucket_that_is_not_known_yet(aws: Any, s3: Any, token: Any) -> None:
    planned = aws.create(token, "car", {**declared(token), "bucket": Unknown()}, preview=True)

    assert planned.outputs["bucket"] == Unknown()
    assert planned.outputs["id"] == Unknown()
    assert planned.outputs["region"] == Unknown()


@pytest.mark.parametrize("token", CASES)
def test_a_changed_declaration_is_an_update_of_the_changed_paths(aws: Any, token: Any) -> None:
    made = aws.create(token, "car", declared(token))
    news = {"bucket": BUCKET, **CASES[token].other}

    assert aws.diff(made, news).changes == CASES[token].paths
    updated = aws.update(made, news)
    assert aws.diff(updated, news).changes == {}
    assert aws.diff(aws.read(updated), news).changes == {}


@pytest.mark.parametrize("token", CASES)
def test_what_was_changed_behind_pulumis_back_shows_after_a_refresh(aws: Any, s3: Any, token: Any) -> None:
    made = aws.create(token, "car", declared(token))
    getattr(s3, CASES[token].meddle)(Bucket=BUCKET, **CASES[token].arguments)

    assert aws.diff(made, declared(token)).changes == {}
    refreshed = aws.read(made)
    assert set(aws.diff(refreshed, declared(token)).changes) == set(CASES[token].paths)
    repaired = aws.update(refreshed, declared(token))
    assert aws.diff(aws.read(repaired), declared(token)).changes == {}


@pytest.mark.parametrize("token", REMOVABLE)
def test_what_was_removed_behind_pulumis_back_is_gone_after_a_refresh(aws: Any, s3: Any, token: Any) -> None:
    made = aws.create(token, "car", declared(token))
    getattr(s3, str(CASES[token].remove))(Bucket=BUCKET)

    assert aws.read(made) is None


@pytest.mark.parametrize("token", CASES)
def test_a_side_car_is_gone_with_its_bucket(aws: Any, s3: Any, token: Any) -> None:
    made = aws.create(token, "car", declared(token))
    s3.delete_bucket_policy(Bucket=BUCKET)
    s3.delete_bucket(Bucket=BUCKET)

    assert aws.read(made) is None
    aws.delete(made)


@pytest.mark.parametrize("token", CASES)
def test_an_imported_side_car_needs_no_change(aws: Any, s3: Any, token: Any) -> None:
    made = aws.create(token, "car", declared(token))

    imported = aws.imported(token, "car", BUCKET)

    assert imported.outputs == made.outputs
    assert aws.diff(imported, declared(token)).changes == {}


@pytest.mark.parametrize("token", REMOVABLE)
def test_a_deleted_side_car_is_gone_and_a_second_time_is_no_error(aws: Any, token: Any) -> None:
    made = aws.create(token, "car", declared(token))

    aws.delete(made)
    aws.delete(made)

    assert aws.read(made) is None


@pytest.mark.parametrize("token", CASES)
def test_another_bucket_replaces_a_side_car(aws: Any, token: Any) -> None:
    made = aws.create(token, "car", declared(token))

    assert aws.diff(made, {**declared(token), "bucket": "another-store"}).changes == {"bucket": "UPDATE_REPLACE"}
    assert aws.diff(made, {**declared(token), "bucket": Unknown()}).replaces == ["bucket"]


@pytest.mark.parametrize("token", CASES)
def test_a_missing_bucket_is_told_with_the_remedy(aws: Any, token: Any) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        aws.create(token, "car", {**declared(token), "bucket": "nothing-here"})

    assert refused.value.code() == grpc.StatusCode.NOT_FOUND
    assert "pulumi refresh" in str(refused.value.details())


def test_deleted_versioning_leaves_a_suspended_bucket(aws: Any, s3: Any) -> None:
    made = aws.create(VERSIONING, "car", declared(VERSIONING))

    aws.delete(made)

    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Suspended"


def test_versioning_that_was_never_on_needs_no_call(aws: Any, s3: Any) -> None:
    news = {"bucket": BUCKET, "versioningConfiguration": {"status": "Disabled"}}

    made = aws.create(VERSIONING, "car", news)

    assert "Status" not in s3.get_bucket_versioning(Bucket=BUCKET)
    assert aws.diff(aws.read(made), news).changes == {}
    aws.delete(made)
    assert "Status" not in s3.get_bucket_versioning(Bucket=BUCKET)


@pytest.mark.parametrize(
    ("token", "inputs", "path", "reason"),
    [
        (
            "bucketVersioning:BucketVersioning",
            {"versioningConfiguration": {"status": "on"}},
            "versioningConfiguration.status",
            "'on'",
        ),
        ("bucketVersioning:BucketVersioning", {}, "versioningConfiguration", "is required"),
        ("bucketPolicy:BucketPolicy", {"policy": "{"}, "policy", "isn't JSON"),
        (
            "bucketOwnershipControls:BucketOwnershipControls",
            {"rule": {"objectOwnership": "Mine"}},
            "rule.objectOwnership",
            "'Mine'",
        ),
        ("bucketLifecycleConfiguration:BucketLifecycleConfiguration", {"rules": []}, "rules", "at least 1"),
        (
            "bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            {"rules": [{"id": "a", "status": "Enabled", "expiration": {"months": 1}}]},
            "rules[0].expiration.months",
            "doesn't support it",
        ),
    ],
)
def test_bad_inputs_are_refused_by_path(aws: Any, token: Any, inputs: Any, path: Any, reason: Any) -> None:
    assert reason in aws.check(f"aws:s3/{token}", "car", {"bucket": BUCKET, **inputs}).reasons[path]


def test_a_policy_given_as_an_object_becomes_its_text(aws: Any) -> None:
    document = json.loads(policy())

    checked = aws.check("aws:s3/bucketPolicy:BucketPolicy", "car", {"bucket": BUCKET, "policy": document})

    assert json.loads(checked["policy"]) == document


def test_a_policy_that_means_the_same_is_no_change(aws: Any, s3: Any) -> None:
    made = aws.create(POLICY, "car", declared(POLICY))
    same = policy(Action=["s3:DeleteObject"], Principal={"AWS": "*"}, Resource=["*"])

    assert aws.diff(made, {"bucket": BUCKET, "policy": same}).changes == {}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=same)
    assert aws.read(made) == made
