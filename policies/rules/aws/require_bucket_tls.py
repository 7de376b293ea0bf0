"""Nothing of a bucket is sent in the clear."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from policies.buckets import Bucket, buckets
from policies.props import Props, across, items, objects
from policies.rule import stack_rule

_CONDITION: Final = ({"Bool": {"aws:SecureTransport": "false"}}, {"Bool": {"aws:SecureTransport": ["false"]}})


@stack_rule(buckets)
def require_bucket_tls(bucket: Bucket) -> Iterator[str]:
    """Every bucket refuses requests without TLS."""
    statements = across(_statements, bucket.beside("BucketPolicy"))
    if not any(_refuses(one) for one in statements):
        yield (
            f"{bucket} has no BucketPolicy that denies s3:* on it and its objects to everyone "
            "where aws:SecureTransport is false"
        )


def _statements(resource: Props) -> Iterator[Props]:
    policy: Any = resource.get("policy")
    if isinstance(policy, str):
        try:
            policy = json.loads(policy)
        except json.JSONDecodeError:
            return  # refused by AWS, too
    if isinstance(policy, Mapping):
        yield from objects({"Statement": _listed(cast("Props", policy).get("Statement"))}, "Statement")


def _refuses(statement: Props) -> bool:
    resources = [str(one) for one in items({"": _listed(statement.get("Resource"))}, "")]
    return (
        statement.get("Effect") == "Deny"
        and statement.get("Principal") in ("*", {"AWS": "*"})
        and any(one in ("*", "s3:*") for one in items({"": _listed(statement.get("Action"))}, ""))
        and statement.get("Condition") in _CONDITION
        and any(one.endswith("/*") for one in resources)
        and any(not one.endswith("/*") for one in resources)
    )


def _listed(value: Any) -> Any:
    """A policy may say one thing without a list around it."""
    return [value] if isinstance(value, str | Mapping) else value
