"""`aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock`."""

from typing import Final

from sandbox.pulumi.plugins.aws.api_names import from_api, to_api
from sandbox.pulumi.plugins.aws.clients import Client
from sandbox.pulumi.plugins.aws.types.side_car import SideCar, side_car
from sandbox.pulumi.plugins.wire import Properties

SWITCHES: Final = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


class BucketPublicAccessBlock(SideCar):
    """Inputs."""

    block_public_acls: bool = False
    block_public_policy: bool = False
    ignore_public_acls: bool = False
    restrict_public_buckets: bool = False


def _put(s3: Client, bucket: str, properties: Properties) -> None:
    switches = {switch: properties[switch] for switch in SWITCHES}
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=to_api(switches))


def _get(s3: Client, bucket: str) -> Properties:
    return from_api(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"])


def _remove(s3: Client, bucket: str) -> None:
    s3.delete_public_access_block(Bucket=bucket)


BUCKET_PUBLIC_ACCESS_BLOCK: Final = side_car(
    BucketPublicAccessBlock,
    put=_put,
    get=_get,
    remove=_remove,
    missing=["NoSuchPublicAccessBlockConfiguration"],
)
