"""What changed between two states of a resource, property by property, as a detailed diff tells it."""

# A property value is JSON whose shape is the user's, so patterns decide at run time what a checker can't know.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sandbox.pulumi.plugins import wire
from sandbox.pulumi.plugins.inputs import path
from sandbox.pulumi.plugins.wire import Unknown, Value


class Kind(StrEnum):
    """The names of the engine's `PropertyDiff.Kind`, without their replacing forms."""

    ADD = "ADD"
    DELETE = "DELETE"
    UPDATE = "UPDATE"


def difference(old: Mapping[str, Value], new: Mapping[str, Value]) -> dict[str, Kind]:
    """Kind of change by property path. Secrets are compared by value; an unknown always counts as changed."""
    return _of_maps(wire.plain(dict(old)), wire.plain(dict(new)), ())


def _of(old: Value, new: Value, at: tuple[str | int, ...]) -> dict[str, Kind]:
    match old, new:
        case _, Unknown():
            return {path(at): Kind.UPDATE}
        case dict(), dict():
            return _of_maps(old, new, at)
        case list(), list():
            return _of_maps(dict(enumerate(old)), dict(enumerate(new)), at)
        case _:
            return {} if old == new else {path(at): Kind.UPDATE}


def _of_maps(old: Mapping[Any, Value], new: Mapping[Any, Value], at: tuple[str | int, ...]) -> dict[str, Kind]:
    changes = {path((*at, key)): Kind.DELETE for key in old if key not in new}
    changes |= {path((*at, key)): Kind.ADD for key in new if key not in old}
    for key in old.keys() & new.keys():
        changes |= _of(old[key], new[key], (*at, key))
    return changes
