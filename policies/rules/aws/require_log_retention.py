"""Logs are kept as long as somebody has said, and unreadable where they lie."""

from collections.abc import Iterator

from policies.cloud import kinds
from policies.props import Props
from policies.rule import rule


@rule(kinds("aws:cloudwatch/logGroup:LogGroup"))
def require_log_retention(group: Props) -> Iterator[str]:
    """Every log group says how long it keeps logs, and encrypts them with a key of ours."""
    if not group.get("retentionInDays"):
        yield "it keeps logs for ever, and their costs: set retentionInDays"
    if not group.get("kmsKeyId"):
        yield "it encrypts logs with no key of yours: set kmsKeyId"
