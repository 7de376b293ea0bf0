"""AWS's documents of who may do what with what."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import pulumi

Statement: TypeAlias = Mapping[str, Any]
"""A statement in AWS's own words; its values may be outputs."""


def document(*statements: pulumi.Input[Statement]) -> pulumi.Output[str]:
    """A document of these statements."""
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(sid: str, actions: Sequence[str], resources: Any, condition: Statement | None = None) -> Statement:
    """Allow actions on resources, under a condition if there is one."""
    statement = {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resources}
    return {**statement, "Condition": condition} if condition else statement


def allow_adding(sid: str, resources: Any) -> Statement:
    """Allow to write what isn't there yet, and nothing over what is."""
    # Present is what a request says when it is to make an object and not to replace one.
    return allow(sid, ["s3:PutObject"], resources, {"Null": {"s3:if-none-match": "false"}})


def tls_only(arn: pulumi.Input[str]) -> Sequence[Statement]:
    """Refuse requests to a bucket without TLS, and with one older than 1.2."""
    everything = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, pulumi.Output.format("{0}/*", arn)],
    }
    return [
        {"Sid": "DenyPlainText", **everything, "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Sid": "DenyOldTls", **everything, "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}},
    ]
