"""Arguments and outputs that the table writes out: JMESPath expressions, and texts with properties in `{}`."""

# A property value is JSON whose shape is the user's, so patterns decide at run time what a checker can't know.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import jmespath

from sandbox.pulumi.plugins.wire import Properties, Value

MARK: Final = "$"
_INNER: Final = re.compile(r"\$(\w+)")
_FIELD: Final = re.compile(r"{(\w+)}")


def resolved(template: Value, known: Mapping[str, Value]) -> Value:
    """`template` with its expressions evaluated over `known`.

    What isn't known is left out, and so is a map none of whose expressions came to anything.
    """
    return _resolved(template, known)[0]


def _resolved(template: Value, known: Mapping[str, Value]) -> tuple[Value, bool | None]:
    """The value, and whether an expression in it came to something; None if there was none."""
    match template:
        case str() if template.startswith(MARK):
            value = found(template.removeprefix(MARK), known)
            return value, value is not None
        case dict():
            parts = {key: _resolved(item, known) for key, item in template.items()}
            told = _any(part for _, part in parts.values())
            kept = {key: value for key, (value, _) in parts.items() if value is not None}
            return (None if told is False else kept), told
        case list():
            items = [_resolved(item, known) for item in template]
            told = _any(part for _, part in items)
            kept = [value for value, _ in items if value is not None]
            return (None if told is False else kept), told
        case _:
            return template, None


def _any(told: Any) -> bool | None:
    known = [one for one in told if one is not None]
    return any(known) if known else None


def found(expression: str, over: Mapping[str, Value], known: Mapping[str, Value] | None = None) -> Value:
    """What an expression comes to.

    Args:
        expression: where `$name` within it is the value of a property, as a literal.
        over: what it looks at.
        known: the properties, if they aren't what it looks at.
    """
    properties = over if known is None else known

    def literal(name: re.Match[str]) -> str:
        return "`" + json.dumps(properties.get(name[1])).replace("`", r"\`") + "`"

    return _compiled(_INNER.sub(literal, expression)).search(over)


def formatted(text: str, known: Mapping[str, Value]) -> str | None:
    """`text` with the properties in its `{}`, None if one isn't known."""
    if any(known.get(name) is None for name in _FIELD.findall(text)):
        return None
    return _FIELD.sub(lambda name: str(known[name[1]]), text)


def is_text(template: str) -> bool:
    """Whether `template` is a text with properties in `{}`, and no expression."""
    return bool(_FIELD.search(template))


def fields(text: str) -> frozenset[str]:
    """The properties in the `{}` of a text."""
    return frozenset(_FIELD.findall(text))


def parsed(text: str, identity: str) -> Properties:
    """The properties that `formatted` has put into `identity`; none if that isn't of the form of `text`."""
    pattern = "".join(
        f"(?P<{part[1:-1]}>.+?)" if _FIELD.fullmatch(part) else re.escape(part) for part in re.split(r"({\w+})", text)
    )
    match = re.fullmatch(pattern, identity)
    return dict(match.groupdict()) if match else {}


def mentioned(template: Value) -> frozenset[str]:
    """The names that the expressions in `template` look at."""
    match template:
        case str() if template.startswith(MARK):
            expression = template.removeprefix(MARK)
            inner = frozenset(_INNER.findall(expression))
            return inner | _fields(_compiled(_INNER.sub("`0`", expression)).parsed)
        case dict():
            return frozenset[str]().union(*(mentioned(item) for item in template.values()))
        case list():
            return frozenset[str]().union(*(mentioned(item) for item in template))
        case _:
            return frozenset()


def _fields(node: Mapping[str, Any]) -> frozenset[str]:
    own = frozenset({node["value"]}) if node["type"] == "field" else frozenset[str]()
    return own.union(*(_fields(child) for child in node["children"]))


@cache
def _compiled(expression: str) -> Any:
    return jmespath.compile(expression)
