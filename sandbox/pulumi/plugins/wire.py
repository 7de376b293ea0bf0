"""Pulumi's property values on the wire: secrets, unknowns and whole numbers.

The markers are the engine's own (sdk/go/common/resource/plugin/rpc.go): a secret is a map that carries
`SECRET_KEY`, a value that a preview cannot know is one of three strings.
"""

# A property value is JSON whose shape is the user's, so patterns decide at run time what a checker can't know.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from google.protobuf import json_format, struct_pb2

SECRET_KEY: Final = "4dabf18193072939515e22adb298388d"  # noqa: S105 (a marker, not a password)
SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 (a marker, not a password)
UNKNOWNS: Final = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # string
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
    }
)
UNKNOWN_STRING: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

Value: TypeAlias = Any
"""None, bool, int, float, str, list, dict, `Secret` or `Unknown`."""
Properties: TypeAlias = dict[str, Value]


@dataclass(frozen=True)
class Secret:
    """A value that the engine must encrypt in the state and hide in its output."""

    value: Value


@dataclass(frozen=True)
class Unknown:
    """A value that only the update will know; `marker` keeps its kind for the way back."""

    marker: str = UNKNOWN_STRING


def decode(properties: struct_pb2.Struct) -> Properties:
    """A message's properties as Python values, with `Secret` and `Unknown` in their places."""
    return {key: _decoded(value) for key, value in json_format.MessageToDict(properties).items()}


def _decoded(value: Value) -> Value:
    match value:
        case {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}:
            return Secret(_decoded(value.get("value")))
        case dict():
            return {key: _decoded(item) for key, item in value.items()}
        case list():
            return [_decoded(item) for item in value]
        case str() if value in UNKNOWNS:
            return Unknown(value)
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


def encode(properties: Mapping[str, Value]) -> struct_pb2.Struct:
    """The message for `properties`; the reverse of `decode`."""
    message = struct_pb2.Struct()
    message.update({key: _encoded(value) for key, value in properties.items()})
    return message


def _encoded(value: Value) -> Value:
    match value:
        case Secret():
            return {SECRET_KEY: SECRET_SIGNATURE, "value": _encoded(value.value)}
        case Unknown():
            return value.marker
        case Mapping():
            return {str(key): _encoded(item) for key, item in value.items()}
        case str() | bytes():
            return value
        case Sequence():
            return [_encoded(item) for item in value]
        case _:
            return value


def plain(value: Value) -> Value:
    """`value` with every secret unwrapped, at any depth. Unknowns stay."""
    match value:
        case Secret():
            return plain(value.value)
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case list():
            return [plain(item) for item in value]
        case _:
            return value


def has_unknown(value: Value) -> bool:
    """Whether `value` holds an unknown at any depth."""
    return _any(value, lambda item: isinstance(item, Unknown))


def has_secret(value: Value) -> bool:
    """Whether `value` holds a secret at any depth."""
    return _any(value, lambda item: isinstance(item, Secret))


def _any(value: Value, holds: Callable[[Value], bool]) -> bool:
    if holds(value):
        return True
    match value:
        case Secret():
            return _any(value.value, holds)
        case dict():
            return any(_any(item, holds) for item in value.values())
        case list():
            return any(_any(item, holds) for item in value)
        case _:
            return False


def with_secrets_of(model: Value, value: Value) -> Value:
    """`value` with the parts wrapped as secrets that are secrets in `model`.

    Only keys of maps tell which part is which: items of lists move, so a list with a secret in it is secret as a whole.
    """
    if not has_secret(model):
        return value
    match model, value:
        case _, Secret():
            return value
        case dict(), dict():
            return {key: with_secrets_of(model.get(key), item) for key, item in value.items()}
        case _:
            return Secret(plain(value))
