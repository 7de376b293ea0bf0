"""What an update would do: the changed properties, and whether they need a new resource."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sandbox.pulumi.plugins import wire
from sandbox.pulumi.plugins.aws import parts
from sandbox.pulumi.plugins.aws.outputs import Tags, agree, desired
from sandbox.pulumi.plugins.aws.resource_type import ResourceType
from sandbox.pulumi.plugins.difference import Kind, difference
from sandbox.pulumi.plugins.inputs import names
from sandbox.pulumi.plugins.wire import Properties

_INDEX: Final = re.compile(r"\[[^]]*\]")


@dataclass(frozen=True)
class Plan:
    """What changes, by property path, and which of these paths replace the resource."""

    changes: Mapping[str, Kind]
    replaces: frozenset[str]
    delete_first: bool


def plan(kind: ResourceType, last: Properties, news: Properties, default_tags: Tags) -> Plan:
    """Compare the state with the inputs of the program.

    Args:
        kind: the resource's type.
        last: its outputs, live as of the last refresh.
        news: its checked inputs, some perhaps unknown.
        default_tags: the provider's.
    """
    wanted = desired(kind, news, default_tags)
    compared = names(kind.inputs) | (wanted.keys() & {"tagsAll"})
    compared -= {key for key in kind.adopted if key not in wanted}
    old = {key: last[key] for key in compared & last.keys()}
    new = {key: wanted[key] for key in compared & wanted.keys()}
    old = wire.plain(parts.dropped(old, new, (path for path in kind.adopted | kind.computed if "." in path)))
    same = {key for key in old.keys() & new.keys() if agree(kind, key, old[key], new[key])}
    left, right = parts.aligned(
        {key: value for key, value in old.items() if key not in same},
        {key: wire.plain(value) for key, value in new.items() if key not in same},
    )
    changes = difference(left, right)
    replaces = frozenset(path for path in changes if _replaced(kind, path))
    first = bool(replaces) and (kind.delete_first or _keeps_its_name(kind, last, news))
    return Plan(changes, replaces, delete_first=first)


def _replaced(kind: ResourceType, path: str) -> bool:
    # A change of the whole changes each part.
    place = _INDEX.sub("", path)
    return any(place == one or place.startswith(f"{one}.") or one.startswith(f"{place}.") for one in kind.replaces)


def _keeps_its_name(kind: ResourceType, last: Properties, news: Properties) -> bool:
    # Two resources of one name cannot exist side by side; a name of ours changes with every replacement.
    if kind.autoname is None:
        return False
    key = kind.autoname.property
    return key not in news.get("__defaults", []) and last.get(key) == news.get(key)
