"""Reads a resource's properties, whatever shape they are in: a rule must not fail on what it doesn't expect.

A value that isn't known yet in a preview raises `UnknownValueError`; what stands beside it is still read.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar, cast

from pulumi_policy.proxy import UnknownValueError

Props: TypeAlias = Mapping[str, Any]
One = TypeVar("One")
Found = TypeVar("Found")

_NOTHING: Props = {}


def across(look: Callable[[One], Iterable[Found]], over: Iterable[One]) -> Iterator[Found]:
    """What `look` gives for each of `over`.

    Raises:
        UnknownValueError: after everything else, if a value that it needs isn't known.
    """
    unknown: UnknownValueError | None = None
    try:
        for one in over:
            try:
                yield from look(one)
            except UnknownValueError as error:
                unknown = unknown or error
    except UnknownValueError as error:  # of `over` itself
        unknown = unknown or error
    if unknown:
        raise unknown


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
    if isinstance(found, Sequence) and not isinstance(found, str):
        elements = cast("Sequence[Any]", found)
        yield from across(lambda index: (elements[index],), range(len(elements)))


def objects(props: Props, key: str) -> Iterator[Props]:
    """The objects among the elements of the list at `key`."""
    for item in items(props, key):
        if isinstance(item, Mapping):
            yield cast("Props", item)


def reach(props: Props, path: str) -> Iterator[Props]:
    """The objects at a path like `spec.metrics[].provider`, where `[]` stands for every element of a list."""
    step, _, rest = path.partition(".")
    here = objects(props, step.removesuffix("[]")) if step.endswith("[]") else iter((section(props, step),))
    yield from across(lambda one: reach(one, rest), here) if rest else (one for one in here if one)
