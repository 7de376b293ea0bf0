import json

import pytest

from tests.infra import stacks
from tests.infra.recording import Recording
from tests.infra.values import Object


def over_tls() -> Recording:
    config: Object = stacks.platform_configuration()
    config["slipway-platform:foundation"]["local"]["store"]["endpoint"] = "https://s3.example.com"
    return stacks.platform_with(config)


def test_the_bucket_is_versioned_encrypted_and_owned_by_its_owner_alone() -> None:
    platform = stacks.platform()
    assert platform.one("BucketVersioning")["versioningConfiguration"] == {"status": "Enabled"}
    (rule,) = platform.one("BucketServerSideEncryptionConfiguration")["rules"]
    assert rule["applyServerSideEncryptionByDefault"]["sseAlgorithm"] == "AES256"
    assert platform.one("BucketOwnershipControls")["rule"] == {"objectOwnership": "BucketOwnerEnforced"}


@pytest.mark.parametrize("protect", [True, False])
def test_models_outlive_a_stack_that_says_so(protect: bool) -> None:
    config: Object = stacks.platform_configuration() | {"slipway-platform:protect": protect}
    assert stacks.platform_with(config).resource("Bucket").request.protect is protect


def test_the_bucket_can_not_be_made_public() -> None:
    block = stacks.platform().one("BucketPublicAccessBlock")
    names = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    assert all(block[name] is True for name in names)


def test_everything_stands_beside_the_bucket_and_nothing_in_it() -> None:
    assert stacks.platform().one("Bucket") == {"bucket": "slipway-models", "forceDestroy": True}
    side_cars = [
        one
        for one in stacks.platform().resources
        if one.type.startswith("aws:s3/bucket") and "/bucket:" not in one.type
    ]
    assert len(side_cars) == 5
    assert all("Bucket models" in one.dependencies for one in side_cars)


def test_old_versions_and_torn_uploads_go_after_a_while() -> None:
    (rule,) = stacks.platform().one("BucketLifecycleConfiguration")["rules"]
    assert rule["status"] == "Enabled"
    assert rule["noncurrentVersionExpiration"]["noncurrentDays"] == 90
    assert rule["abortIncompleteMultipartUpload"]["daysAfterInitiation"] == 7


def test_plain_text_is_refused_where_the_store_has_tls() -> None:
    policy = json.loads(over_tls().one("BucketPolicy")["policy"])
    statement, _ = policy["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == ["arn:aws:s3:::slipway-models", "arn:aws:s3:::slipway-models/*"]


def test_a_store_without_tls_is_not_made_to_refuse_every_request() -> None:
    assert not stacks.platform().of("BucketPolicy")
