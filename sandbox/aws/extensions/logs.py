"""Log groups: their class, their protection and their key, which moto drops, and the retentions that there are."""

from typing import Any, Final

from sandbox.aws.answers import Refused
from sandbox.aws.calls import Call
from sandbox.aws.handlers import after, before, instead
from sandbox.aws.services import records

_DAYS: Final = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)


@after("logs", "CreateLogGroup")
def keep(call: Call, _: dict[str, Any]) -> None:
    """Keep what moto drops."""
    records(_group(call), "kept").update(
        logGroupClass=call.parameters.get("logGroupClass", "STANDARD"),
        deletionProtectionEnabled=call.parameters.get("deletionProtectionEnabled", False),
    )


@after("logs", "DescribeLogGroups")
def tell(call: Call, told: dict[str, Any]) -> None:
    """Tell what was kept, and the ARN without an end that groups' tags are found by."""
    for one in told.get("logGroups", []):
        group = call.backend.groups[one["logGroupName"]]
        one.update(records(group, "kept"), logGroupArn=group.arn)


@before("logs", "PutRetentionPolicy")
def days(call: Call) -> None:
    """Logs are kept for one of the times that there are."""
    wanted = call.parameters["retentionInDays"]
    if wanted not in _DAYS:
        raise _invalid(f"Invalid retention value {wanted}: it is one of {', '.join(map(str, _DAYS))}")


@instead("logs", "PutLogGroupDeletionProtection")
def protect(call: Call) -> None:
    """Turn the protection on or off."""
    protected = call.parameters["deletionProtectionEnabled"]
    records(_group(call), "kept")["deletionProtectionEnabled"] = protected


@before("logs", "DeleteLogGroup")
def protected(call: Call) -> None:
    """A group that is protected stays."""
    if records(_group(call), "kept").get("deletionProtectionEnabled"):
        raise Refused("ValidationException", f"Log group {_group(call).name} has deletion protection: disable it first")


@instead("logs", "AssociateKmsKey")
def encrypt(call: Call) -> None:
    """Encrypt what comes from now on."""
    _group(call).kms_key_id = call.parameters["kmsKeyId"]


@instead("logs", "DisassociateKmsKey")
def no_longer_encrypt(call: Call) -> None:
    """Encrypt what comes no more."""
    _group(call).kms_key_id = None


def _group(call: Call) -> Any:
    wanted = call.parameters
    named = wanted.get("logGroupName") or wanted.get("logGroupIdentifier") or wanted.get("resourceIdentifier", "")
    name = named.removesuffix(":*").rpartition("log-group:")[2]
    try:
        return call.backend.groups[name]
    except KeyError:
        raise Refused("ResourceNotFoundException", "The specified log group does not exist.") from None


def _invalid(message: str) -> Refused:
    return Refused("InvalidParameterException", message)
