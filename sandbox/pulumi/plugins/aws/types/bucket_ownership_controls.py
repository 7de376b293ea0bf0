"""`aws:s3/bucketOwnershipControls:BucketOwnershipControls`."""

from typing import Final, Literal

from sandbox.pulumi.plugins.aws.api_names import from_api, to_api
from sandbox.pulumi.plugins.aws.clients import Client
from sandbox.pulumi.plugins.aws.types.side_car import SideCar, side_car
from sandbox.pulumi.plugins.inputs import Inputs
from sandbox.pulumi.plugins.wire import Properties


class Rule(Inputs):
    """Who owns objects that others write."""

    object_ownership: Literal["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"]


class BucketOwnershipControls(SideCar):
    """Inputs."""

    rule: Rule


def _put(s3: Client, bucket: str, properties: Properties) -> None:
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": [to_api(properties["rule"])]})


def _get(s3: Client, bucket: str) -> Properties:
    answer = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]
    return {"rule": from_api(answer["Rules"][0])}


def _remove(s3: Client, bucket: str) -> None:
    s3.delete_bucket_ownership_controls(Bucket=bucket)


BUCKET_OWNERSHIP_CONTROLS: Final = side_car(
    BucketOwnershipControls,
    put=_put,
    get=_get,
    remove=_remove,
    missing=["OwnershipControlsNotFoundError"],
)
