"""Names of buckets, which all accounts share, and operations that moto takes for others."""

from typing import Final

from moto.s3.models import s3_backends

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
