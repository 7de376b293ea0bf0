"""AWS's documents of who may do what with what, as text or as objects, in whichever of their forms."""

import json
from collections.abc import Iterator, Mapping
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
