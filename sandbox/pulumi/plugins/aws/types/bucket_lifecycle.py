"""`aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration`."""

# A property value is JSON whose shape is the user's, so patterns decide at run time what a checker can't know.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from sandbox.pulumi.plugins.aws.api_names import from_api, to_api
from sandbox.pulumi.plugins.aws.clients import Client
from sandbox.pulumi.plugins.aws.types.side_car import SideCar, side_car
from sandbox.pulumi.plugins.inputs import Inputs
from sandbox.pulumi.plugins.wire import Properties


class Tag(Inputs):
    """A tag that objects must have."""

    key: str
    value: str


class And(Inputs):
    """Several conditions at once."""

    object_size_greater_than: int | None = None
    object_size_less_than: int | None = None
    prefix: str | None = None
    tags: dict[str, str] | None = None


class Filter(Inputs):
    """Which objects a rule is about: one condition, or several under `and`."""

    and_: Annotated[And | None, Field(alias="and")] = None
    object_size_greater_than: int | None = None
    object_size_less_than: int | None = None
    prefix: str | None = None
    tag: Tag | None = None


def _about_everything(condition: Filter | None) -> Filter | None:
    return None if condition in (Filter(), Filter(prefix="")) else condition


class Expiration(Inputs):
    """When current versions go."""

    date: str | None = None
    days: int | None = None
    expired_object_delete_marker: bool = False


class NoncurrentVersionExpiration(Inputs):
    """When older versions go; without `newerNoncurrentVersions`, which moto forgets."""

    noncurrent_days: int


class NoncurrentVersionTransition(Inputs):
    """When older versions move to another storage class."""

    noncurrent_days: int
    storage_class: str
    newer_noncurrent_versions: int | None = None


class Transition(Inputs):
    """When current versions move to another storage class."""

    storage_class: str
    date: str | None = None
    days: int | None = None


class AbortIncompleteMultipartUpload(Inputs):
    """When the parts of an upload go that nobody finished."""

    days_after_initiation: int


class Rule(Inputs):
    """One rule. Without a filter it is about every object."""

    id: Annotated[str, Field(min_length=1, max_length=255)]
    status: Literal["Enabled", "Disabled"]
    abort_incomplete_multipart_upload: AbortIncompleteMultipartUpload | None = None
    expiration: Expiration | None = None
    filter: Annotated[Filter | None, AfterValidator(_about_everything)] = None
    noncurrent_version_expiration: NoncurrentVersionExpiration | None = None
    noncurrent_version_transitions: list[NoncurrentVersionTransition] | None = None
    transitions: list[Transition] | None = None


class BucketLifecycle(SideCar):
    """Inputs."""

    rules: Annotated[list[Rule], Field(min_length=1)]


def _put(s3: Client, bucket: str, properties: Properties) -> None:
    rules = [{"Filter": {}, **to_api(_for_api(rule))} for rule in properties["rules"]]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})


def _for_api(rule: Properties) -> Properties:
    expiration = {key: value for key, value in rule.get("expiration", {}).items() if value is not False}
    return {**rule, "expiration": expiration} if expiration else rule


def _get(s3: Client, bucket: str) -> Properties:
    answer = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    return {"rules": from_api(answer["Rules"])}


def _remove(s3: Client, bucket: str) -> None:
    s3.delete_bucket_lifecycle(Bucket=bucket)


BUCKET_LIFECYCLE: Final = side_car(
    BucketLifecycle,
    put=_put,
    get=_get,
    remove=_remove,
    missing=["NoSuchLifecycleConfiguration"],
)
