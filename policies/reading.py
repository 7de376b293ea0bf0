"""Has the SDK read a resource's properties once; by itself it does so anew for each rule.

A definition of a custom resource has thousands of parts, and a stack has dozens of rules: reading was most of what they
cost. The SDK has no place to say so, hence its own functions are replaced, and a test holds that it still uses them.
"""

from functools import cache
from typing import Any, Final

from google.protobuf import json_format
from google.protobuf.struct_pb2 import Struct
from pulumi_policy import policy as sdk
from pulumi_policy.deserialize import deserialize_properties
from pulumi_policy.proxy import unknown_checking_proxy

REPLACED: Final = ("json_format", "deserialize_properties", "unknown_checking_proxy")
"""Names in the SDK's module."""


class _Read(dict[str, Any]):
    """Properties as a message has them, which knows its content."""

    content: bytes


class _JsonFormat:
    """What the SDK uses of its module `json_format`."""

    def MessageToDict(self, message: Struct) -> _Read:
        content = message.SerializeToString(deterministic=True)
        read = _Read(_plain(content))
        read.content = content
        return read


# The pack's process ends with the update, and rules change nothing of what they see.
@cache
def _plain(content: bytes) -> dict[str, Any]:
    return json_format.MessageToDict(Struct.FromString(content))


@cache
def _seen(content: bytes) -> Any:
    return unknown_checking_proxy(deserialize_properties(_plain(content)))


def _deserialized(properties: Any, proxy_secrets: bool = False) -> Any:
    # Who mends a resource changes what it has read.
    if proxy_secrets or not isinstance(properties, _Read):
        return deserialize_properties(properties, proxy_secrets)
    return properties


def _checking(properties: Any) -> Any:
    return _seen(properties.content) if isinstance(properties, _Read) else unknown_checking_proxy(properties)


def once() -> None:
    """Read each resource's properties once from now on, in this process."""
    for name, replacement in zip(REPLACED, (_JsonFormat(), _deserialized, _checking), strict=True):
        setattr(sdk, name, replacement)
