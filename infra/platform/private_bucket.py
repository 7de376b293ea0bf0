"""A bucket that is nobody else's: owned by its account, closed to the public, versioned and encrypted."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class PrivateBucket:
    """The bucket.

    Attributes:
        bucket: the bucket itself.
        versioning: what rules on old versions have to come after: AWS refuses them before there are versions.
    """

    bucket: aws.s3.Bucket
    versioning: aws.s3.BucketVersioning


def private_bucket(
    name: str,
    bucket: str,
    encryption: aws.s3.BucketServerSideEncryptionConfigurationRuleArgsDict,
    opts: pulumi.ResourceOptions,
    *,
    force_destroy: bool,
) -> PrivateBucket:
    """Declare one, with what v7 of the AWS provider keeps beside it.

    Args:
        name: logical name.
        bucket: the bucket's name.
        encryption: by whose key what lies there is encrypted.
        opts: of every resource, with their parent.
        force_destroy: whether destroying the stack may delete what lies there.
    """
    made = aws.s3.Bucket(name, bucket=bucket, force_destroy=force_destroy, opts=opts)
    aws.s3.BucketOwnershipControls(
        f"{name}-ownership", bucket=made.id, rule={"object_ownership": "BucketOwnerEnforced"}, opts=opts
    )
    aws.s3.BucketPublicAccessBlock(
        f"{name}-private",
        bucket=made.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=opts,
    )
    versioning = aws.s3.BucketVersioning(
        f"{name}-versioning", bucket=made.id, versioning_configuration={"status": "Enabled"}, opts=opts
    )
    aws.s3.BucketServerSideEncryptionConfiguration(f"{name}-encryption", bucket=made.id, rules=[encryption], opts=opts)
    return PrivateBucket(bucket=made, versioning=versioning)
