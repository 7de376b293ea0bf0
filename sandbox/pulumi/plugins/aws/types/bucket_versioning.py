"""`aws:s3/bucketVersioning:BucketVersioning`."""

from typing import Final, Literal

from sandbox.pulumi.plugins.aws.api_names import from_api, to_api
from sandbox.pulumi.plugins.aws.clients import Client
from sandbox.pulumi.plugins.aws.types.side_car import SideCar, side_car
from sandbox.pulumi.plugins.inputs import Inputs
from sandbox.pulumi.plugins.wire import Properties

DISABLED: Final = "Disabled"  # S3's silence about a bucket that never had versions


class VersioningConfiguration(Inputs):
    """The state of versioning; without MFA delete, which nobody could confirm here."""

    status: Literal["Disabled", "Enabled", "Suspended"]


class BucketVersioning(SideCar):
    """Inputs."""

    versioning_configuration: VersioningConfiguration


def _put(s3: Client, bucket: str, properties: Properties) -> None:
    wanted = properties["versioningConfiguration"]
    # S3 never goes back to Disabled and says so itself, but a bucket that is Disabled needs no call.
    if wanted["status"] != DISABLED or _status(s3, bucket) != DISABLED:
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=to_api(wanted))


def _get(s3: Client, bucket: str) -> Properties:
    return {"versioningConfiguration": from_api({"Status": _status(s3, bucket)})}


def _status(s3: Client, bucket: str) -> str:
    return s3.get_bucket_versioning(Bucket=bucket).get("Status", DISABLED)


def _remove(s3: Client, bucket: str) -> None:
    if _status(s3, bucket) != DISABLED:
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})


BUCKET_VERSIONING: Final = side_car(BucketVersioning, put=_put, get=_get, remove=_remove)
