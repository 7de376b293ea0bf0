"""The table of resource types. A further type is a further entry."""

from collections.abc import Mapping
from typing import Final

from sandbox.pulumi.plugins.aws.resource_type import ResourceType
from sandbox.pulumi.plugins.aws.types.bucket import BUCKET
from sandbox.pulumi.plugins.aws.types.bucket_encryption import BUCKET_ENCRYPTION
from sandbox.pulumi.plugins.aws.types.bucket_lifecycle import BUCKET_LIFECYCLE
from sandbox.pulumi.plugins.aws.types.bucket_ownership_controls import BUCKET_OWNERSHIP_CONTROLS
from sandbox.pulumi.plugins.aws.types.bucket_policy import BUCKET_POLICY
from sandbox.pulumi.plugins.aws.types.bucket_public_access_block import BUCKET_PUBLIC_ACCESS_BLOCK
from sandbox.pulumi.plugins.aws.types.bucket_versioning import BUCKET_VERSIONING

TYPES: Final[Mapping[str, ResourceType]] = {
    "aws:s3/bucket:Bucket": BUCKET,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": BUCKET_LIFECYCLE,
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": BUCKET_OWNERSHIP_CONTROLS,
    "aws:s3/bucketPolicy:BucketPolicy": BUCKET_POLICY,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": BUCKET_PUBLIC_ACCESS_BLOCK,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": BUCKET_ENCRYPTION,
    "aws:s3/bucketVersioning:BucketVersioning": BUCKET_VERSIONING,
}
