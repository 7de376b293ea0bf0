"""AWS's documents of who may do what with what, as text or as objects, in whichever of their forms."""

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, cast

from policies.props import Props, items, objects


def statements(document: Any) -> Iterator[Props]:
    """The statements of a document; none of what is no document."""
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except json.JSONDecodeError:
            return  # refused by AWS, too
    if isinstance(document, Mapping):
        yield from objects({"": _listed(cast("Props", document).get("Statement"))}, "")


def said(statement: Props, key: str) -> list[str]:
    """What a statement says at a key, which may be one thing or a list of them."""
    return [str(one) for one in items({"": _listed(statement.get(key))}, "")]


def stands_for(pattern: str, one: str) -> bool:
    """Whether a value of a document, which may have wildcards, is about one."""
    return fnmatchcase(one, pattern)


def concerns(statement: Props, action: str) -> bool:
    """Whether a statement names an action, which AWS knows in any case and by wildcards."""
    return any(stands_for(one.lower(), action.lower()) for one in said(statement, "Action"))


def principals(statement: Props) -> Iterator[tuple[str, str]]:
    """Whom a statement is about, each with its kind, like `Service`; everyone is of the kind `*`."""
    found = statement.get("Principal")
    if isinstance(found, Mapping):
        for kind in cast("Props", found):
            yield from ((str(kind), one) for one in said(cast("Props", found), kind))
    elif found is not None:
        yield "*", str(found)


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str | Mapping) else value
