"""Reads a resource's properties, whatever shape they are in: a rule must not fail on what it doesn't expect.

A value that isn't known yet in a preview raises `UnknownValueError`; what stands beside it is still read.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias, cast

from pulumi_policy.proxy import UnknownValueError

Props: TypeAlias = Mapping[str, Any]

_NOTHING: Props = {}


def section(props: Props, *path: str) -> Props:
    """The object at `path`; an empty one if there is none."""
    for step in path:
        found = props.get(step)
        props = cast("Props", found) if isinstance(found, Mapping) else _NOTHING
    return props


def items(props: Props, key: str) -> Iterator[Any]:
    """The elements of the list at `key`; none if there is no list.

    Raises:
        UnknownValueError: after the known ones, if an element isn't known.
    """
    found = props.get(key)
    if not isinstance(found, Sequence) or isinstance(found, str):
        return
    elements = cast("Sequence[Any]", found)
    unknown: UnknownValueError | None = None
    for index in range(len(elements)):
        try:
            yield elements[index]
        except UnknownValueError as error:
            unknown = unknown or error
    if unknown:
        raise unknown


def objects(props: Props, key: str) -> Iterator[Props]:
    """The objects among the elements of the list at `key`."""
    for item in items(props, key):
        if isinstance(item, Mapping):
            yield cast("Props", item)
