"""What a program hands to the engine, as plain JSON values."""

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias, cast

from google.protobuf import json_format
from google.protobuf.struct_pb2 import Struct

Object: TypeAlias = dict[str, Any]

# Stands where a value isn't known yet; the engine's own constant.
UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"


def plain(struct: Struct) -> Object:
    """The content of a message, with secrets as they are."""
    return _map(json_format.MessageToDict(struct), _unwrapped)


def whole_numbers(value: Object) -> Object:
    """`value` with 2 for 2.0: Pulumi's wire knows no integers, and an API server wants them."""
    return _map(value, lambda one: int(one) if isinstance(one, float) and one.is_integer() else one)


def unknown_paths(value: Object) -> list[str]:
    """Where `value` holds something that isn't known yet, like `spec.template.spec.containers[0].image`."""
    return [path for path, one in _leaves(value, "") if one == UNKNOWN]


def _unwrapped(value: Any) -> Any:
    if isinstance(value, dict):
        found = cast("Object", value)
        return found["value"] if _SIGNATURE in found else found
    return value


def _map(value: Any, change: Callable[[Any], Any]) -> Any:
    value = change(value)
    if isinstance(value, dict):
        return {key: _map(one, change) for key, one in cast("Object", value).items()}
    if isinstance(value, list):
        return [_map(one, change) for one in cast("list[Any]", value)]
    return value


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, one in cast("Object", value).items():
            yield from _leaves(one, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for index, one in enumerate(cast("list[Any]", value)):
            yield from _leaves(one, f"{path}[{index}]")
    else:
        yield path, value
