import pytest

from tests.infra import stacks

BUCKETS = ("models", "logs")


@pytest.mark.parametrize("name", BUCKETS)
def test_it_is_closed_to_the_public_and_its_account_owns_what_lies_there(name: str) -> None:
    platform = stacks.platform("prod")
    block = platform.one("BucketPublicAccessBlock", f"{name}-private")
    switches = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    assert [block[switch] for switch in switches] == [True] * len(switches)
    owner = platform.one("BucketOwnershipControls", f"{name}-ownership")
    assert owner["rule"] == {"objectOwnership": "BucketOwnerEnforced"}


@pytest.mark.parametrize("name", BUCKETS)
def test_rules_on_old_versions_come_after_there_are_any(name: str) -> None:
    rules = stacks.platform("prod").resource("BucketLifecycleConfiguration", f"{name}-lifecycle")
    assert f"BucketVersioning {name}-versioning" in rules.dependencies


@pytest.mark.parametrize(("name", "algorithm"), [("models", "aws:kms"), ("logs", "AES256")])
def test_it_is_encrypted_by_the_key_that_it_was_given(name: str, algorithm: str) -> None:
    (rule,) = stacks.platform("prod").one("BucketServerSideEncryptionConfiguration", f"{name}-encryption")["rules"]
    assert rule["applyServerSideEncryptionByDefault"]["sseAlgorithm"] == algorithm
