"""Keys: how often they are rotated, which moto drops, and what AWS takes."""

import json
from typing import Any, Final

from sandbox.aws.answers import Refused
from sandbox.aws.calls import Call
from sandbox.aws.handlers import after, before
from sandbox.aws.services import records

_YEAR: Final = 365
_PERIODS: Final = range(90, 2560 + 1)
_WINDOWS: Final = range(7, 30 + 1)


@before("kms", "CreateKey", "PutKeyPolicy")
def policy(call: Call) -> None:
    """A key's policy is one."""
    try:
        document = json.loads(call.parameters.get("Policy") or '{"Statement": []}')
    except ValueError:
        document = None
    if not isinstance(document, dict) or "Statement" not in document:
        raise Refused("MalformedPolicyDocumentException", "The new key policy is no JSON object with a Statement")


@before("kms", "EnableKeyRotation")
def period(call: Call) -> None:
    """A key is rotated after 90 to 2560 days."""
    days = call.parameters.get("RotationPeriodInDays", _YEAR)
    if days not in _PERIODS:
        raise Refused("ValidationException", f"RotationPeriodInDays is {days} and has to be between 90 and 2560")


@after("kms", "EnableKeyRotation")
def keep_period(call: Call, _: dict[str, Any]) -> None:
    """Keep after how many days. A call that doesn't say leaves it as it is."""
    kept = records(_key(call), "kept")
    kept["RotationPeriodInDays"] = call.parameters.get("RotationPeriodInDays", kept.get("RotationPeriodInDays", _YEAR))


@after("kms", "GetKeyRotationStatus")
def tell_period(call: Call, told: dict[str, Any]) -> None:
    """Tell it, if the key is rotated."""
    if told["KeyRotationEnabled"]:
        told.update(records(_key(call), "kept"))


@before("kms", "ScheduleKeyDeletion")
def window(call: Call) -> None:
    """A key can be had back for 7 to 30 days."""
    days = call.parameters.get("PendingWindowInDays", max(_WINDOWS))
    if days not in _WINDOWS:
        raise Refused("ValidationException", f"PendingWindowInDays is {days} and has to be between 7 and 30")
    if _key(call).key_state == "PendingDeletion":
        raise Refused("KMSInvalidStateException", f"{_key(call).arn} is pending deletion.")


def _key(call: Call) -> Any:
    wanted = call.parameters["KeyId"].rpartition("/")[2]
    try:
        return call.backend.keys[wanted]
    except KeyError:
        raise Refused("NotFoundException", f"Key '{wanted}' does not exist") from None
