"""Configurations of buckets that are told as they were given: moto drops fields of them, or adds some."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from sandbox.aws.calls import Call
from sandbox.aws.handlers import after
from sandbox.aws.services import records

_KEPT: Final[Mapping[str, tuple[str, ...]]] = {
    "BucketLifecycleConfiguration": ("LifecycleConfiguration", "TransitionDefaultMinimumObjectSize"),
    "BucketLogging": ("BucketLoggingStatus",),
    "ObjectLockConfiguration": ("ObjectLockConfiguration",),
}
"""By what follows Put and Get in an operation's name: the parameters that are kept."""
_MINIMUM: Final = "TransitionDefaultMinimumObjectSize"
_SIZE: Final = "all_storage_classes_128K"


@after("s3", *(f"Put{name}" for name in _KEPT))
def keep(call: Call, told: dict[str, Any]) -> None:
    """Keep it whole."""
    name = call.operation.removeprefix("Put")
    kept = {key: deepcopy(call.parameters[key]) for key in _KEPT[name] if key in call.parameters}
    if name == "BucketLifecycleConfiguration":
        told[_MINIMUM] = kept.setdefault(_MINIMUM, _SIZE)
    _configurations(call)[name] = kept


@after("s3", *(f"Get{name}" for name in _KEPT))
def tell(call: Call, told: dict[str, Any]) -> None:
    """Tell it whole."""
    name = call.operation.removeprefix("Get")
    if (kept := _configurations(call).get(name)) is None:
        return  # it is older than this server, or what all buckets have
    told.clear()
    for key, value in kept.items():
        # The content of a Put's body is what a Get's answer is.
        if key == _MINIMUM or name == "ObjectLockConfiguration":
            told[key] = value
        else:
            told.update(value)


@after("s3", "DeleteBucketLifecycle")
def forget(call: Call, _: dict[str, Any]) -> None:
    """Keep it no more."""
    _configurations(call).pop("BucketLifecycleConfiguration", None)


def _configurations(call: Call) -> dict[str, Any]:
    return records(call.backend.get_bucket(call.parameters["Bucket"]), "configurations")
