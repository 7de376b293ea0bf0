"""A program with the official SDK, driven by the real CLI."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import httpx
import pytest

from sandbox.pulumi import EngineError, Kind, Operation, Stack

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("no_preview")]
PROGRAM = """
    import json
    import pulumi
    import pulumi_aws as aws

    config = pulumi.Config()
    provider = aws.Provider(
        "store",
        region="us-east-1",
        endpoints=[{"s3": config.require("endpoint"), "sts": config.require("endpoint")}],
        s3_use_path_style=True,
        skip_credentials_validation=True,
        skip_metadata_api_check=True,
        skip_region_validation=True,
        skip_requesting_account_id=True,
        access_key="test",
        secret_key="test",
        default_tags={"tags": {"owner": "tests"}},
    )
    here = pulumi.ResourceOptions(provider=provider)
    bucket = aws.s3.Bucket(
        "store", bucket=config.get("bucket"), force_destroy=True, tags={"key": pulumi.Output.secret("hush")}, opts=here
    )
    aws.s3.BucketVersioning(
        "versioning",
        bucket=bucket.id,
        versioning_configuration={"status": config.get("versioning") or "Enabled"},
        opts=here,
    )
    aws.s3.BucketOwnershipControls(
        "ownership", bucket=bucket.id, rule={"object_ownership": "BucketOwnerEnforced"}, opts=here
    )
    aws.s3.BucketPublicAccessBlock(
        "private",
        bucket=bucket.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=here,
    )
    aws.s3.BucketServerSideEncryptionConfiguration(
        "encryption",
        bucket=bucket.id,
        rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
        opts=here,
    )
    aws.s3.BucketLifecycleConfiguration(
        "lifecycle",
        bucket=bucket.id,
        rules=[
            {
                "id": "tidy",
                "status": "Enabled",
                "filter": {"prefix": ""},
                "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
                "noncurrent_version_expiration": {"noncurrent_days": 90},
            }
        ],
        opts=here,
    )
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket", "Resource": bucket.arn}
    document = pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [statement]})
    aws.s3.BucketPolicy("policy", bucket=bucket.id, policy=document, opts=here)
    pulumi.export("bucket", bucket.bucket)
    pulumi.export("domain", bucket.bucket_regional_domain_name)
    caller = aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(provider=provider))
    pulumi.export("account", caller.account_id)
"""
PARTS = {"encryption", "lifecycle", "ownership", "policy", "private", "versioning"}
EVERYTHING = {"store"} | PARTS


@pytest.fixture
def live(stack: Callable[..., Stack], moto: str) -> Callable[..., Stack]:
    """Writes the program for this test's S3."""
    return partial(stack, PROGRAM, endpoint=moto)


def told(operations: Iterable[Operation]) -> set[tuple[Kind, str]]:
    return {(one.kind, one.name) for one in operations if not one.type.startswith("pulumi:")}


def every(kind: Kind, names: set[str]) -> set[tuple[Kind, str]]:
    return {(kind, name) for name in names}


def test_a_bucket_with_all_its_parts_lives_changes_and_ends(live: Any, s3: Any) -> None:
    stack = live(bucket="models-store")

    planned = stack.preview()
    assert told(planned) == every(Kind.CREATE, EVERYTHING)
    assert s3.list_buckets()["Buckets"] == []
    assert stack.up() == planned
    assert stack.outputs() == {
        "account": "123456789012",
        "bucket": "models-store",
        "domain": "models-store.s3.us-east-1.amazonaws.com",
    }
    assert "hush" not in str(stack.export())
    assert told(stack.refresh()) == set()

    stack = live(bucket="models-store", versioning="Suspended")
    planned = stack.preview()
    assert told(planned) == {(Kind.UPDATE, "versioning")}
    assert {one.diff for one in planned if one.name == "versioning"} == {
        (("versioningConfiguration.status", "update"),)
    }
    assert stack.up() == planned
    assert s3.get_bucket_versioning(Bucket="models-store")["Status"] == "Suspended"
    stack.preview(expect_no_changes=True)

    s3.put_object(Bucket="models-store", Key="k", Body=b"v")
    assert told(stack.destroy()) == every(Kind.DELETE, EVERYTHING)
    assert s3.list_buckets()["Buckets"] == []


def test_a_name_given_later_replaces_the_bucket_and_all_its_parts(live: Any, s3: Any) -> None:
    stack = live()
    stack.up()
    assert stack.outputs()["bucket"].startswith("store-")
    stack.preview(expect_no_changes=True)

    stack = live(bucket="models-store")
    assert told(stack.up()) == every(Kind.REPLACE, EVERYTHING)
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["models-store"]
    stack.preview(expect_no_changes=True)


def test_what_changed_and_what_went_is_made_again_after_a_refresh(live: Any, s3: Any, moto: str) -> None:
    stack = live(bucket="models-store")
    stack.up()
    s3.put_bucket_versioning(Bucket="models-store", VersioningConfiguration={"Status": "Suspended"})
    s3.delete_public_access_block(Bucket="models-store")

    stack.preview(expect_no_changes=True)
    stack.refresh()
    assert told(stack.up()) == {(Kind.UPDATE, "versioning"), (Kind.CREATE, "private")}

    # A restart of moto forgets everything.
    httpx.post(f"{moto}/moto-api/reset", trust_env=False, timeout=60).raise_for_status()
    assert told(stack.refresh()) == every(Kind.DELETE, EVERYTHING)
    assert told(stack.up()) == every(Kind.CREATE, EVERYTHING)
    stack.preview(expect_no_changes=True)


def test_a_provider_without_endpoints_is_refused_before_anything_is_done(stack: Callable[..., Stack]) -> None:
    program = """
        import pulumi
        import pulumi_aws as aws

        aws.s3.Bucket("store", opts=pulumi.ResourceOptions(provider=aws.Provider("real", region="us-east-1")))
    """
    with pytest.raises(EngineError, match="only to endpoints that are configured"):
        stack(program).preview()
