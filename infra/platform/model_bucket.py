"""The bucket that models are published to: versioned, encrypted, private, and over TLS alone where the store has it."""

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from infra.platform.policy_document import document, tls_only
from infra.platform.private_bucket import private_bucket

# A published model is never overwritten, so old versions only come from deletions: long enough to notice one.
_KEEP_DELETED_DAYS: Final = 90
_ABORT_UPLOADS_DAYS: Final = 7


@dataclass(frozen=True, kw_only=True)
class AccessLogs:
    """Where a bucket's access logs go.

    Attributes:
        bucket: name of the bucket.
        prefix: of their names there.
    """

    bucket: pulumi.Input[str]
    prefix: str


@dataclass(frozen=True, kw_only=True)
class ModelBucketArgs:
    """Which bucket.

    Attributes:
        bucket: the bucket's name.
        force_destroy: whether destroying the stack may delete models.
        tls: whether the store is reached over TLS; everything else is then refused.
        key: ARN of the key that encrypts models; with none, the store's own does.
        logs: where it is written down who asked for what; nowhere with none.
    """

    bucket: str
    force_destroy: bool
    tls: bool
    key: pulumi.Input[str] | None = None
    logs: AccessLogs | None = None


class ModelBucket(pulumi.ComponentResource):
    """The bucket and everything that v7 of the AWS provider keeps beside it.

    Attributes:
        url: where models are published: `s3://BUCKET/models`.
        arn: the bucket's ARN.
    """

    url: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(self, name: str, args: ModelBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:platform:ModelBucket", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        private = private_bucket(
            name,
            args.bucket,
            _encryption(args.key),
            child,
            force_destroy=args.force_destroy,
        )
        bucket = private.bucket
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
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[private.versioning])),
        )
        if args.tls:  # a store without it, like the sandbox's, would refuse every request
            aws.s3.BucketPolicy(f"{name}-policy", bucket=bucket.id, policy=document(*tls_only(bucket.arn)), opts=child)

        if args.logs:
            aws.s3.BucketLogging(
                f"{name}-logging",
                bucket=bucket.id,
                target_bucket=args.logs.bucket,
                target_prefix=args.logs.prefix,
                target_object_key_format={"partitioned_prefix": {"partition_date_source": "EventTime"}},
                opts=child,
            )

        self.arn = bucket.arn
        self.url = pulumi.Output.format("s3://{0}/models", bucket.bucket)
        self.register_outputs({"url": self.url})


def _encryption(key: pulumi.Input[str] | None) -> aws.s3.BucketServerSideEncryptionConfigurationRuleArgsDict:
    if key is None:
        return {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
    return {
        "apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": key},
        # One call of the key's for many objects instead of one for each.
        "bucket_key_enabled": True,
    }
