"""The bucket that AWS itself writes to: who read a model, who came to the load balancer, what went over the wire."""

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from infra.platform.policy_document import document, tls_only
from infra.platform.private_bucket import private_bucket

BUCKETS: Final = "s3"
"""Prefix of the buckets' access logs."""
ENTRANCE: Final = "nlb"
"""Prefix of the load balancer's."""
FLOWS: Final = "flows"
"""Prefix of the VPC's flow logs."""


@dataclass(frozen=True, kw_only=True)
class LogBucketArgs:
    """Which bucket.

    Attributes:
        bucket: its name.
        account: whose logs it takes.
        days: how long they are kept.
        force_destroy: whether destroying the stack may delete logs.
    """

    bucket: str
    account: str
    days: int
    force_destroy: bool


class LogBucket(pulumi.ComponentResource):
    """The bucket.

    Attributes:
        bucket: its name, known when AWS may write to it.
        arn: likewise.
    """

    bucket: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(self, name: str, args: LogBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:aws:LogBucket", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        private = private_bucket(
            name,
            args.bucket,
            # S3 delivers access logs only to buckets that encrypt with its own key.
            {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}},
            child,
            force_destroy=args.force_destroy,
        )
        bucket = private.bucket
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=bucket.id,
            rules=[
                {
                    "id": "forget",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "expiration": {"days": args.days},
                    "noncurrent_version_expiration": {"noncurrent_days": 7},
                    "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
                }
            ],
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[private.versioning])),
        )
        policy = aws.s3.BucketPolicy(
            f"{name}-policy", bucket=bucket.id, policy=_policy(bucket.arn, args.account), opts=child
        )

        self.bucket, self.arn = (
            pulumi.Output.all(value, policy.id).apply(lambda known: str(known[0]))
            for value in (bucket.bucket, bucket.arn)
        )
        self.register_outputs({})


def _policy(arn: pulumi.Output[str], account: str) -> pulumi.Output[str]:
    own = {"StringEquals": {"aws:SourceAccount": account}}
    return document(
        *tls_only(arn),
        {
            "Sid": "AccessLogs",
            "Effect": "Allow",
            "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": pulumi.Output.format("{0}/{1}/*", arn, BUCKETS),
            "Condition": own,
        },
        {
            "Sid": "Delivery",
            "Effect": "Allow",
            "Principal": {"Service": "delivery.logs.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": [pulumi.Output.format("{0}/{1}/*", arn, prefix) for prefix in (ENTRANCE, FLOWS)],
            "Condition": own,
        },
        # It looks whether it may, before it delivers.
        {
            "Sid": "DeliveryLooks",
            "Effect": "Allow",
            "Principal": {"Service": "delivery.logs.amazonaws.com"},
            "Action": ["s3:GetBucketAcl", "s3:ListBucket"],
            "Resource": arn,
            "Condition": own,
        },
    )
