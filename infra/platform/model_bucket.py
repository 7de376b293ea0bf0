"""The bucket that models are published to: versioned, encrypted, private, and over TLS alone where the store has it."""

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

# A published model is never overwritten, so old versions only come from deletions: long enough to notice one.
_KEEP_DELETED_DAYS: Final = 90
_ABORT_UPLOADS_DAYS: Final = 7


@dataclass(frozen=True, kw_only=True)
class ModelBucketArgs:
    """Which bucket.

    Attributes:
        bucket: the bucket's name.
        force_destroy: whether destroying the stack may delete models.
        tls: whether the store is reached over TLS; everything else is then refused.
    """

    bucket: str
    force_destroy: bool
    tls: bool


class ModelBucket(pulumi.ComponentResource):
    """The bucket and everything that v7 of the AWS provider keeps beside it.

    Attributes:
        url: where models are published: `s3://BUCKET/models`.
    """

    url: pulumi.Output[str]

    def __init__(self, name: str, args: ModelBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:platform:ModelBucket", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        bucket = aws.s3.Bucket(name, bucket=args.bucket, force_destroy=args.force_destroy, opts=child)
        aws.s3.BucketOwnershipControls(
            f"{name}-ownership", bucket=bucket.id, rule={"object_ownership": "BucketOwnerEnforced"}, opts=child
        )
        aws.s3.BucketPublicAccessBlock(
            f"{name}-private",
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=child,
        )
        versioning = aws.s3.BucketVersioning(
            f"{name}-versioning", bucket=bucket.id, versioning_configuration={"status": "Enabled"}, opts=child
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=bucket.id,
            rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
            opts=child,
        )
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=bucket.id,
            rules=[
                {
                    "id": "tidy",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "abort_incomplete_multipart_upload": {"days_after_initiation": _ABORT_UPLOADS_DAYS},
                    "noncurrent_version_expiration": {"noncurrent_days": _KEEP_DELETED_DAYS},
                }
            ],
            # A rule on old versions means nothing before there are versions, and AWS then refuses it.
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[versioning])),
        )
        if args.tls:  # a store without it, like the sandbox's, would refuse every request
            aws.s3.BucketPolicy(f"{name}-policy", bucket=bucket.id, policy=_tls_only(bucket.arn), opts=child)

        self.url = pulumi.Output.format("s3://{0}/models", bucket.bucket)
        self.register_outputs({"url": self.url})


def _tls_only(arn: pulumi.Output[str]) -> pulumi.Output[str]:
    return pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "DenyPlainText",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": [arn, pulumi.Output.format("{0}/*", arn)],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ],
        }
    )
