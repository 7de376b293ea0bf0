"""Who may do what with an object is said in one place: its bucket's policy."""

from collections.abc import Iterator

from policies.buckets import Bucket, buckets
from policies.props import section
from policies.rule import stack_rule


@stack_rule(buckets)
def require_bucket_ownership(bucket: Bucket) -> Iterator[str]:
    """Every bucket owns its objects, and has no access control lists."""
    found = [section(one, "rule").get("objectOwnership") for one in bucket.beside("BucketOwnershipControls")]
    if found != ["BucketOwnerEnforced"]:
        yield f"{bucket} has the object ownership {found}: give it one BucketOwnershipControls of BucketOwnerEnforced"
    if any(True for _ in bucket.beside("BucketAcl")):
        yield f"{bucket} has a BucketAcl: grant rights in its policy"
