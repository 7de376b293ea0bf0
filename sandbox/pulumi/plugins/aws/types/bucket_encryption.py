"""`aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration`."""

from typing import Annotated, Final, Literal

from pydantic import Field

from sandbox.pulumi.plugins.aws.api_names import from_api, to_api
from sandbox.pulumi.plugins.aws.clients import Client
from sandbox.pulumi.plugins.aws.types.side_car import SideCar, side_car
from sandbox.pulumi.plugins.inputs import Inputs
from sandbox.pulumi.plugins.wire import Properties


class Default(Inputs):
    """What encrypts objects that don't say it themselves."""

    sse_algorithm: Literal["AES256", "aws:kms", "aws:kms:dsse"]
    kms_master_key_id: str | None = None


class Rule(Inputs):
    """One rule; S3 takes exactly one."""

    apply_server_side_encryption_by_default: Default | None = None
    bucket_key_enabled: bool = False


class BucketEncryption(SideCar):
    """Inputs."""

    rules: Annotated[list[Rule], Field(min_length=1, max_length=1)]


def _put(s3: Client, bucket: str, properties: Properties) -> None:
    configuration = {"Rules": to_api(properties["rules"])}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=configuration)


def _get(s3: Client, bucket: str) -> Properties:
    answer = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
    return {"rules": from_api(answer["Rules"])}


def _remove(s3: Client, bucket: str) -> None:
    s3.delete_bucket_encryption(Bucket=bucket)


BUCKET_ENCRYPTION: Final = side_car(
    BucketEncryption,
    put=_put,
    get=_get,
    remove=_remove,
    missing=["ServerSideEncryptionConfigurationNotFoundError"],
)
