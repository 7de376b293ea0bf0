"""`ignoreChanges` under server-side apply: a field left to a controller stays as the controller wrote it."""

import copy
from collections.abc import Iterable

from sandbox.plugins.kubernetes import field_managers, paths
from sandbox.plugins.kubernetes.objects import Object, at, drop, put


def without_ignored(wanted: Object, live: Object, manager: str, ignored: Iterable[str]) -> Object:
    """`wanted` with the ignored fields as they must be applied to change nothing.

    A field that only others own is left out, so that it neither conflicts nor becomes ours. One that we own is sent
    with its live value, for leaving it out would remove it. Paths into lists have no effect here, as in the official
    plugin: ignore the whole list.
    """
    result = copy.deepcopy(wanted)
    for written in ignored:
        path = paths.parse(written)
        keys = tuple(part for part in path if isinstance(part, str))
        if len(keys) != len(path) or "*" in keys:
            continue
        ours, theirs = field_managers.owns(live, manager, keys)
        if theirs and not ours:
            drop(result, keys)
        elif (value := at(live, *keys)) is not None:
            put(result, keys, copy.deepcopy(value))
    return result
