"""What stands beside a bucket: its name is the id of each, and each ends with it."""

from collections.abc import Mapping
from typing import Final, Literal

from sandbox.pulumi.plugins.aws.row import REQUIRED, Call, Of, Row, declared
from sandbox.pulumi.plugins.wire import Value

NO_BUCKET: Final = "NoSuchBucket"
VERSIONED: Final = "versioningConfiguration.status != 'Disabled'"
Status = Literal["Disabled", "Enabled", "Suspended"]
SUSPENDED: Final = {"status": "Suspended"}


def _side_car(noun: str, part: str, inputs: Mapping[str, Value], missing: str, **more: Value) -> Row:
    """A row for a configuration that is put as a whole.

    Args:
        noun: the name in the operations, `PutBucketX`.
        part: the argument that takes the configuration, and what the answer has it in.
        inputs: beside the bucket.
        missing: AWS's code that tells that there is none.
        more: what else the row says.
    """
    put = more.pop("put", Call(f"Put{noun}", within=part))
    default: dict[str, Value] = {
        "updates": (put,),
        "deletes": (Call(f"Delete{noun}"),),
        "reads": (Call(f"Get{noun}", at=part),),
    }
    return Row(
        service="s3",
        inputs={"bucket": REQUIRED, **inputs},
        create=put,
        id="{bucket}",
        gone=(NO_BUCKET, *filter(None, [missing])),
        delete_first=True,
        **{**default, **more},
    )


ROWS: Final[Mapping[str, Row]] = {
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _side_car(
        "BucketLifecycleConfiguration",
        "lifecycleConfiguration",
        # S3 wants to be told that a rule is about everything.
        {"rules": REQUIRED, "rules.filter": {}, "rules.id": REQUIRED},
        "NoSuchLifecycleConfiguration",
        maps=("tags",),
        reads=(Call("GetBucketLifecycleConfiguration"),),
        deletes=(Call("DeleteBucketLifecycle"),),
    ),
    "aws:s3/bucketLogging:BucketLogging": _side_car(
        "BucketLogging",
        "bucketLoggingStatus.loggingEnabled",
        declared("targetBucket! targetPrefix! targetObjectKeyFormat"),
        "",
        reads=(Call("GetBucketLogging", at="loggingEnabled"),),
        deletes=(Call("PutBucketLogging", bucketLoggingStatus={}),),
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _side_car(
        "BucketOwnershipControls",
        "ownershipControls",
        {"rule": REQUIRED},
        "OwnershipControlsNotFoundError",
        names={"rule": "Rules"},
        single=("rule",),
    ),
    "aws:s3/bucketPolicy:BucketPolicy": _side_car(
        "BucketPolicy", "", {"policy": REQUIRED}, "NoSuchBucketPolicy", documents=("policy",)
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _side_car(
        "PublicAccessBlock",
        "publicAccessBlockConfiguration",
        dict.fromkeys(("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), False),
        "NoSuchPublicAccessBlockConfiguration",
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _side_car(
        "BucketEncryption",
        "serverSideEncryptionConfiguration",
        {"rules": REQUIRED, "rules.bucketKeyEnabled": False},
        "ServerSideEncryptionConfigurationNotFoundError",
    ),
    "aws:s3/bucketVersioning:BucketVersioning": _side_car(
        "BucketVersioning",
        "versioningConfiguration",
        {"versioningConfiguration": REQUIRED, "versioningConfiguration.status": Of(Status, REQUIRED)},
        "",
        # S3 never goes back to Disabled, which is its silence about a bucket that never had versions.
        put=Call("PutBucketVersioning", when=f"{VERSIONED} || (was && was.{VERSIONED})"),
        outputs={"versioningConfiguration": "{status: status || 'Disabled'}"},
        reads=(Call("GetBucketVersioning", at="{status: status}"),),
        deletes=(Call("PutBucketVersioning", when=VERSIONED, versioningConfiguration=SUSPENDED),),
    ),
}
