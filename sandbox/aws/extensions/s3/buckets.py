"""Names of buckets, which all accounts share, and operations that moto takes for others."""

from typing import Any, Final

from moto.s3.models import S3Backend, s3_backends

from sandbox.aws.answers import Refused
from sandbox.aws.calls import Call
from sandbox.aws.handlers import before

LACKS: Final = (
    *(
        f"{verb}Bucket{of}Configuration"
        for verb in ("Put", "Get", "Delete")
        for of in ("Analytics", "IntelligentTiering")
    ),
    *(f"{verb}Bucket{of}Configuration" for verb in ("Put", "Get", "Delete") for of in ("Metrics",)),
    *(f"ListBucket{of}Configurations" for of in ("Analytics", "IntelligentTiering", "Metrics")),
    *(f"{verb}Bucket{of}Configuration" for verb in ("Create", "Get", "Delete") for of in ("Metadata", "MetadataTable")),
    *("DeleteBucketInventoryConfiguration", "CreateSession", "RenameObject", "UpdateObjectEncryption"),
    *("GetBucketAbac", "PutBucketAbac", "GetBucketRequestPayment", "PutBucketRequestPayment", "GetObjectTorrent"),
)
"""What moto doesn't know by its query, and so does something else: it would list the objects, or make the bucket."""


def take_destinations() -> None:
    """Let flow logs go to a folder of a bucket: moto takes folder and bucket for the bucket's name."""
    get: Any = S3Backend.get_bucket

    def found(backend: S3Backend, name: str) -> Any:
        return get(backend, name.partition("/")[0])

    setattr(S3Backend, "get_bucket", found)  # noqa: B010 (which the types forbid)


@before("s3", *LACKS)
def lack(_: Call) -> None:
    """Say that it isn't there."""
    raise NotImplementedError


@before("s3", "CreateBucket")
def free(call: Call) -> None:
    """Refuse a name that another account has."""
    name = call.parameters["Bucket"]
    _, owner = s3_backends.bucket_accounts.get(name, ("", call.account))
    if owner != call.account:
        raise Refused("BucketAlreadyExists", f"The bucket name {name} is not available: it is taken in all accounts")
