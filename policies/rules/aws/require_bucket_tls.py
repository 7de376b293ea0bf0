"""Nothing of a bucket is sent in the clear."""

from collections.abc import Iterator
from typing import Final

from policies.buckets import Bucket, buckets
from policies.documents import said, statements
from policies.props import Props, across
from policies.rule import stack_rule

_CONDITION: Final = ({"Bool": {"aws:SecureTransport": "false"}}, {"Bool": {"aws:SecureTransport": ["false"]}})


@stack_rule(buckets)
def require_bucket_tls(bucket: Bucket) -> Iterator[str]:
    """Every bucket refuses requests without TLS."""
    found = across(lambda one: statements(one.get("policy")), bucket.beside("BucketPolicy"))
    if not any(_refuses(one) for one in found):
        yield (
            f"{bucket} has no BucketPolicy that denies s3:* on it and its objects to everyone "
            "where aws:SecureTransport is false"
        )


def _refuses(statement: Props) -> bool:
    resources = said(statement, "Resource")
    return (
        statement.get("Effect") == "Deny"
        and statement.get("Principal") in ("*", {"AWS": "*"})
        and any(one in ("*", "s3:*") for one in said(statement, "Action"))
        and statement.get("Condition") in _CONDITION
        and any(one.endswith("/*") for one in resources)
        and any(not one.endswith("/*") for one in resources)
    )
