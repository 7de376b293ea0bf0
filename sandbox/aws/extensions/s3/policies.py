"""Policies of buckets: what is one, and when a statement with a condition applies."""

import json
from fnmatch import fnmatchcase
from typing import Any, Final

from moto.iam.access_control import IAMPolicyStatement, PermissionResult
from moto.s3.models import FakeBucket
from moto.s3.utils import LOGGING_SERVICE_PRINCIPAL

from sandbox.aws.answers import Refused
from sandbox.aws.calls import Call
from sandbox.aws.handlers import before

_SECURE: Final = "aws:securetransport"


def read_whole() -> None:
    """Let moto's buckets read their policies: with conditions, which they take for granted, and with any principals.

    As they are, a policy for TLS alone locks everybody out.
    """
    setattr(FakeBucket, "get_permission", _permission)  # noqa: B010 (which the types forbid)
    setattr(FakeBucket, "_log_permissions_enabled_policy", staticmethod(_takes_logs))  # noqa: B010


@before("s3", "PutBucketPolicy")
def is_one(call: Call) -> None:
    """A policy has statements that say what they do, to whom and with what, in this bucket."""
    try:
        statements = _statements(call.parameters["Policy"])
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Refused("MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'") from None
    arn = f"arn:aws:s3:::{call.parameters['Bucket']}"
    for one in statements:
        for key in ("Effect", "Principal", "Action", "Resource"):
            if not {key, f"Not{key}"} & set(one):
                raise Refused("MalformedPolicy", f"Missing required field {key}")
        for resource in _listed(one.get("Resource", arn)):
            if resource != arn and not resource.startswith(f"{arn}/"):
                raise Refused("MalformedPolicy", f"Policy has invalid resource: {resource}")


def _permission(bucket: Any, action: str, resource: str) -> PermissionResult:
    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    found = {
        IAMPolicyStatement({key: value for key, value in one.items() if key != "Condition"}).is_action_permitted(
            action, resource
        )
        for one in _statements(bucket.policy)
        if _applies(one.get("Condition", {}))
    }
    for result in (PermissionResult.DENIED, PermissionResult.PERMITTED):
        if result in found:
            return result
    return PermissionResult.NEUTRAL


def _takes_logs(target_bucket: Any, target_prefix: str | None) -> bool:
    # Whether S3 may deliver access logs to it.
    key = f"arn:aws:s3:::{target_bucket.name}/{target_prefix or ''}log"
    return any(
        one["Effect"] == "Allow"
        and one["Principal"] != "*"
        and LOGGING_SERVICE_PRINCIPAL in _listed(one["Principal"].get("Service", []))
        and any(fnmatchcase("s3:PutObject", action) for action in _listed(one["Action"]))
        and any(fnmatchcase(key, resource) for resource in _listed(one["Resource"]))
        for one in _statements(target_bucket.policy or '{"Statement": []}')
    )


def _applies(conditions: dict[str, dict[str, Any]]) -> bool:
    # Everybody comes as if over TLS, and of nobody else anything is known that a condition could ask for.
    asked = [(name, key.lower(), value) for name, keys in conditions.items() for key, value in keys.items()]
    return all(name == "Bool" and key == _SECURE and str(value).lower() == "true" for name, key, value in asked)


def _statements(policy: str | bytes) -> list[dict[str, Any]]:
    return _listed(json.loads(policy)["Statement"])


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType]
