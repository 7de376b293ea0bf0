"""What is stored is unreadable where it lies."""

from collections.abc import Iterator
from typing import Final

from policies.buckets import Bucket, buckets
from policies.props import across, objects, section
from policies.rule import stack_rule

_ALLOWED: Final = ("AES256", "aws:kms", "aws:kms:dsse")


@stack_rule(buckets)
def require_bucket_encryption(bucket: Bucket) -> Iterator[str]:
    """Every bucket encrypts its objects."""
    rules = across(lambda one: objects(one, "rules"), bucket.beside("BucketServerSideEncryptionConfiguration"))
    found = [section(one, "applyServerSideEncryptionByDefault").get("sseAlgorithm") for one in rules]
    if not any(one in _ALLOWED for one in found):
        yield (
            f"{bucket} has the encryption {found}: give it a BucketServerSideEncryptionConfiguration "
            f"with sseAlgorithm {' or '.join(_ALLOWED)}"
        )
