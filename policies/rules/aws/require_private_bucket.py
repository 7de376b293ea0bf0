"""No policy and no list can open a bucket to the world."""

from collections.abc import Iterator
from typing import Final

from policies.buckets import Bucket, buckets
from policies.props import Props, across
from policies.rule import stack_rule

_FIELDS: Final = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


@stack_rule(buckets)
def require_private_bucket(bucket: Bucket) -> Iterator[str]:
    """Every bucket is closed to the public, in all four ways."""

    def missing(block: Props) -> Iterator[str]:
        return across(lambda field: [field] if block.get(field) is not True else [], _FIELDS)

    if not any(True for _ in bucket.beside("BucketPublicAccessBlock")):
        yield f"{bucket} has no BucketPublicAccessBlock: give it one with {', '.join(_FIELDS)}"
    for field in across(missing, bucket.beside("BucketPublicAccessBlock")):
        yield f"{bucket} has a BucketPublicAccessBlock without {field}: set it to true"
