"""`aws:s3/bucket:Bucket`: the bucket alone; all that configures it is a side-car's."""

from typing import Annotated, Final

from botocore.exceptions import ClientError
from pydantic import Field

from sandbox.pulumi.plugins.aws.clients import Api, Client
from sandbox.pulumi.plugins.aws.errors import code
from sandbox.pulumi.plugins.aws.invokes import partition
from sandbox.pulumi.plugins.aws.resource_type import Autoname, Resource, ResourceType
from sandbox.pulumi.plugins.aws.shapes import as_map
from sandbox.pulumi.plugins.wire import Properties

# Route 53's zones of S3's website endpoints: docs.aws.amazon.com/general/latest/gr/s3.html.
HOSTED_ZONES: Final = {
    "ap-northeast-1": "Z2M4EHUR26P7ZW",
    "ap-south-1": "Z11RGJOFQNVJUP",
    "ap-southeast-1": "Z3O0J2DXBE1FTB",
    "ap-southeast-2": "Z1WCIGYICN2BYD",
    "ca-central-1": "Z1QDHH18159H29",
    "eu-central-1": "Z21DNDUVLTQW6Q",
    "eu-north-1": "Z3BAZG2TWCNX0D",
    "eu-west-1": "Z1BKCTXD74EZPE",
    "eu-west-2": "Z3GKZC51ZF0DB4",
    "eu-west-3": "Z3R1K369G5AVDG",
    "sa-east-1": "Z7KQH4QJS55SO",
    "us-east-1": "Z3AQBSTGFJSTF",
    "us-east-2": "Z2O1EMRO9K5GLX",
    "us-west-1": "Z2F56UZL2M1ACD",
    "us-west-2": "Z3BJ6K6RIION7M",
}
CLASSIC_REGION: Final = "us-east-1"  # the only one that a location constraint must not name
LONGEST_NAME: Final = 63  # characters, S3's limit
BATCH: Final = 1000  # objects in one DeleteObjects, S3's limit


class Bucket(Resource):
    """Inputs."""

    bucket: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    force_destroy: bool = False
    tags: dict[str, str] | None = None


def _create(api: Api, properties: Properties) -> str:
    s3, name, region = api.client, properties["bucket"], api.region
    # In the classic region a second CreateBucket of the owner succeeds and would take over another's bucket.
    if _exists(s3, name):
        answer = {"Error": {"Code": "BucketAlreadyExists", "Message": f"there is a bucket {name!r} already"}}
        raise ClientError(answer, "CreateBucket")  # pyright: ignore[reportArgumentType] (its own fields are optional)
    where = {} if region == CLASSIC_REGION else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, **where)
    try:
        _tag(s3, name, properties)
    except Exception:
        s3.delete_bucket(Bucket=name)  # nothing half-made stays behind
        raise
    return name


def _exists(s3: Client, name: str) -> bool:
    try:
        s3.head_bucket(Bucket=name)
    except ClientError as error:
        if code(error) == "404":
            return False
        raise
    return True


def _read(api: Api, name: str, last: Properties) -> Properties | None:
    s3 = api.client
    if not _exists(s3, name):
        return None
    region = s3.get_bucket_location(Bucket=name)["LocationConstraint"] or CLASSIC_REGION
    found = partition(region)
    everything = _tags(s3, name)
    return {
        "arn": f"arn:{found['partition']}:s3:::{name}",
        "bucket": name,
        "bucketDomainName": f"{name}.s3.{found['dnsSuffix']}",
        "bucketRegion": region,
        "bucketRegionalDomainName": f"{name}.s3.{region}.{found['dnsSuffix']}",
        "hostedZoneId": HOSTED_ZONES.get(region),
        "region": region,
        "tags": everything or None,
        "tagsAll": everything,
    }


def _tags(s3: Client, name: str) -> dict[str, str]:
    try:
        return as_map(s3.get_bucket_tagging(Bucket=name)["TagSet"])
    except ClientError as error:
        if code(error) == "NoSuchTagSet":
            return {}
        raise


def _update(api: Api, name: str, properties: Properties, last: Properties) -> None:
    _tag(api.client, name, properties)


def _tag(s3: Client, name: str, properties: Properties) -> None:
    if properties["tagsAll"]:
        tags = [{"Key": key, "Value": value} for key, value in sorted(properties["tagsAll"].items())]
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags})
    else:
        s3.delete_bucket_tagging(Bucket=name)


def _delete(api: Api, name: str, last: Properties) -> None:
    s3 = api.client
    try:
        if last.get("forceDestroy"):
            _empty(s3, name)
        s3.delete_bucket(Bucket=name)
    except ClientError as error:
        if code(error) != "NoSuchBucket":
            raise


def _empty(s3: Client, name: str) -> None:
    # Markers first: moto can't delete one that is the last of its key.
    for kind in ("DeleteMarkers", "Versions"):
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=name, MaxKeys=BATCH):
            doomed = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in page.get(kind, [])]
            if doomed:
                s3.delete_objects(Bucket=name, Delete={"Objects": doomed, "Quiet": True})


BUCKET: Final = ResourceType(
    inputs=Bucket,
    service="s3",
    create=_create,
    seek=lambda api, properties: properties["bucket"] if _exists(api.client, properties["bucket"]) else None,
    read=_read,
    update=_update,
    delete=_delete,
    replaces=frozenset({"bucket", "region"}),
    computed=frozenset(
        {
            "arn",
            "bucketDomainName",
            "bucketRegion",
            "bucketRegionalDomainName",
            "hostedZoneId",
            "id",
            "region",
        }
    ),
    autoname=Autoname("bucket", LONGEST_NAME),
)
