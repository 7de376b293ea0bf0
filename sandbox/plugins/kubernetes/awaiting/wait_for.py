"""`pulumi.com/waitFor`: the program says what live means.

`jsonpath={.status.phase}=Running`, `jsonpath={.status.loadBalancer}` (exists), `condition=Ready`,
`condition=Synced=False`, or a JSON list of these, which must all hold.
"""

import json
import re
from typing import Any, Final

from sandbox.plugins.kubernetes.api import Api
from sandbox.plugins.kubernetes.awaiting.awaiter import Awaiter, State, condition, live_when
from sandbox.plugins.kubernetes.errors import Refused
from sandbox.plugins.kubernetes.objects import Object, is_list, is_map

ANNOTATION: Final = "pulumi.com/waitFor"
_STEP: Final = re.compile(
    r"""\.?(?: \[\?\(@\.([\w.]+)\s*==\s*["']([^"']*)["']\)\]   # [?(@.type=="Ready")]
          | \[(\d+|\*)\] | \[["']([^"']+)["']\]                 # [0] [*] ["a.b"]
          | ((?:\\.|[^.\[\]\\])+) )""",  # field, with dots escaped by a backslash
    re.VERBOSE,
)


def awaiter(annotation: str) -> Awaiter:
    """The awaiter that an annotation describes.

    Raises:
        Refused: it isn't of one of the forms.
    """
    expressions = _expressions(annotation)
    for expression in expressions:
        _missing({}, expression)  # a mistake in it shows now, not after the object was made

    def state(_api: Api, live: Object) -> State:
        return live_when(not any(_missing(live, expression) for expression in expressions))

    def reasons(_api: Api, live: Object) -> list[str]:
        return [missing for expression in expressions if (missing := _missing(live, expression))]

    return Awaiter(state, reasons)


def _expressions(annotation: str) -> list[str]:
    if not annotation.startswith("["):
        return [annotation]
    try:
        found: Any = json.loads(annotation)
    except ValueError:
        found = None
    if not is_list(found) or not found or not all(isinstance(each, str) for each in found):
        raise Refused(f'{ANNOTATION}: {annotation!r} is not a JSON list of texts; write it like ["condition=Ready"]')
    return found


def _missing(live: Object, expression: str) -> str:
    """What is not yet as the expression says; empty when it holds."""
    if expression.startswith("condition="):
        kind, _, wanted = expression.removeprefix("condition=").partition("=")
        if not kind:
            raise Refused(f"{ANNOTATION}: {expression!r} names no condition; write it like condition=Ready")
        entry = condition(live, kind)
        holds = entry.get("status", "").lower() == (wanted or "True").lower()
        why = entry.get("message") or entry.get("reason") or "the condition isn't set"
        return "" if holds else f"condition {kind} is not {wanted or 'True'}: {why}"
    form = re.fullmatch(r"jsonpath=\{?(\.[^}]*|\[[^}]*)\}?(?:=(.*))?", expression)
    if not form:
        raise Refused(f"{ANNOTATION}: {expression!r} is neither jsonpath={{.a.b}}[=value] nor condition=Type[=status]")
    path, wanted = form[1].strip("'\""), form[2]
    if wanted is None and "=" in path and "==" not in path:
        path, _, wanted = path.partition("=")
    found = _found(live, path)
    holds = bool(found) if wanted is None else wanted.strip("\"'") in [_text(value) for value in found]
    return "" if holds else f"{path} is {', '.join(map(_text, found)) or 'not set'}, waiting for {wanted or 'a value'}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _found(live: Object, path: str) -> list[Any]:
    """All values at a JSONPath of fields, indices and equality filters."""
    values: list[Any] = [live]
    position = 0
    while position < len(path):
        step = _STEP.match(path, position)
        if not step:
            raise Refused(f"{ANNOTATION}: {path!r} is not a JSONPath that is understood here, at {path[position:]!r}")
        values = [result for value in values for result in _stepped(value, step)]
        position = step.end()
    return values


def _stepped(value: Any, step: re.Match[str]) -> list[Any]:
    filtered, equal, index, quoted, field = step.groups()
    if filtered:
        items: list[Any] = value if is_list(value) else []
        return [item for item in items if _found(item, f".{filtered}") == [equal]]
    if index:
        items = value if is_list(value) else []
        return items if index == "*" else items[int(index) : int(index) + 1]
    key = quoted or field.replace("\\", "")
    return [value[key]] if is_map(value) and key in value else []
