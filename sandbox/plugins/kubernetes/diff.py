"""Compares what the program declares with the last recorded live object."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sandbox.plugins.kubernetes import paths
from sandbox.plugins.kubernetes.naming import is_autonamed
from sandbox.plugins.kubernetes.objects import Object, is_list, is_map, kind_of, name_of, namespace_of
from sandbox.plugins.kubernetes.paths import Path
from sandbox.plugins.kubernetes.prune import is_zero, pruned
from sandbox.plugins.kubernetes.replacement import replaces
from sandbox.plugins.wire import Unknown


class Change(StrEnum):
    """What happens to a property; the values name Pulumi's `PropertyDiff.Kind`."""

    ADD = "ADD"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    ADD_REPLACE = "ADD_REPLACE"
    UPDATE_REPLACE = "UPDATE_REPLACE"
    DELETE_REPLACE = "DELETE_REPLACE"


@dataclass(frozen=True)
class Difference:
    """The changes by property path, and what they mean for the object."""

    changes: dict[str, Change]

    @property
    def replaces(self) -> list[str]:
        """Paths whose change needs a new object."""
        return [path for path, change in self.changes.items() if change.endswith("_REPLACE")]


def difference(
    live: Object, declared: Object, wanted: Object, rules: tuple[Path, ...], ignored: Iterable[str] = ()
) -> Difference:
    """What an update would change.

    Args:
        live: the object as recorded in the state.
        declared: the inputs of the last update or refresh.
        wanted: the new inputs.
        rules: paths whose change replaces the object.
        ignored: the resource's `ignoreChanges`.
    """
    ignored_paths = [paths.parse(path) for path in ignored]
    changes: dict[str, Change] = {}
    for path, change, value in _changes(pruned(live, declared), declared, wanted, ()):
        if not any(paths.covers(pattern, path) for pattern in ignored_paths):
            changes[paths.text(path)] = Change(f"{change}_REPLACE") if replaces(path, value, rules) else change
    return Difference(changes)


def deletes_first(live: Object, wanted: Object) -> bool:
    """Whether a replacement must wait until the old object is gone: it has the same, chosen name."""
    return (
        bool(name_of(wanted))
        and not is_autonamed(wanted)
        and (name_of(wanted), namespace_of(wanted)) == (name_of(live), namespace_of(live))
        and kind_of(wanted).kind == kind_of(live).kind
    )


def _changes(old: Any, declared: Any, new: Any, path: Path) -> Iterable[tuple[Path, Change, Any]]:
    if is_map(old) and is_map(new):
        yield from _map_changes(old, declared if is_map(declared) else {}, new, path)
    elif is_list(old) and is_list(new):
        yield from _list_changes(old, declared if is_list(declared) else [], new, path)
    elif isinstance(new, Unknown) or not _same(old, new):
        yield path, Change.UPDATE, new


def _map_changes(old: Object, declared: Object, new: Object, path: Path) -> Iterable[tuple[Path, Change, Any]]:
    for key in [*old, *(key for key in new if key not in old)]:
        if key not in new:
            yield (*path, key), Change.DELETE, old[key]
        elif key in old:
            yield from _changes(old[key], declared.get(key), new[key], (*path, key))
        elif not _left_out(declared, key, new[key]):
            yield (*path, key), Change.ADD, new[key]


def _list_changes(
    old: list[Any], declared: list[Any], new: list[Any], path: Path
) -> Iterable[tuple[Path, Change, Any]]:
    for index in range(max(len(old), len(new))):
        item = (*path, index)
        if index >= len(new):
            yield item, Change.DELETE, old[index]
        elif index >= len(old):
            yield item, Change.ADD, new[index]
        else:
            yield from _changes(old[index], declared[index] if index < len(declared) else None, new[index], item)


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON values: 1 is 1.0, but not true."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _left_out(inputs: Object, key: str, value: Any) -> bool:
    """Whether we sent this zero value before, and the API server did not keep it."""
    return is_zero(value) and key in inputs and inputs[key] == value
