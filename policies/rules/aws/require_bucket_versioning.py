"""What was deleted by mistake can be had back."""

from collections.abc import Iterator

from policies.buckets import Bucket, buckets
from policies.props import section
from policies.rule import stack_rule


@stack_rule(buckets)
def require_bucket_versioning(bucket: Bucket) -> Iterator[str]:
    """Every bucket keeps the versions of its objects."""
    found = [section(one, "versioningConfiguration").get("status") for one in bucket.beside("BucketVersioning")]
    if found != ["Enabled"]:
        yield f"{bucket} has the versioning {found}: give it one BucketVersioning with status Enabled"
