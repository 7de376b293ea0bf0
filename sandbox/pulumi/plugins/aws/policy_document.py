"""IAM policy documents, compared by what they mean.

AWS and its SDKs reorder lists, unwrap lists of one, and write `"*"` for `{"AWS": "*"}`; none of that is a change.
"""

# A property value is JSON whose shape is the user's, so patterns decide at run time what a checker can't know.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

import json
from typing import Final

from sandbox.pulumi.plugins.wire import Value

SETS: Final = frozenset({"Action", "NotAction", "NotResource", "Resource"})
PRINCIPALS: Final = frozenset({"NotPrincipal", "Principal"})


def equivalent(one: str, other: str) -> bool:
    """Whether two documents, as JSON text, grant and deny the same. Text that isn't JSON equals only itself."""
    try:
        return _meaning(json.loads(one)) == _meaning(json.loads(other))
    except (json.JSONDecodeError, TypeError, AttributeError):
        return one == other


def _meaning(document: Value) -> Value:
    statements = document["Statement"] if isinstance(document.get("Statement"), list) else [document.get("Statement")]
    meanings = sorted((_statement(statement) for statement in statements), key=repr)
    return {**document, "Statement": meanings}


def _statement(statement: Value) -> Value:
    return sorted((key, _element(key, value)) for key, value in statement.items())


def _element(key: str, value: Value) -> Value:
    if key in SETS:
        return _set(value)
    if key in PRINCIPALS:
        named = {"AWS": "*"} if value == "*" else value
        return sorted((kind, _set(names)) for kind, names in named.items())
    if key == "Condition":
        return sorted((operator, sorted((k, _set(v)) for k, v in tests.items())) for operator, tests in value.items())
    return value


def _set(value: Value) -> list[str]:
    # Numbers and booleans in conditions are the strings that they print as.
    values = value if isinstance(value, list) else [value]
    return sorted(item if isinstance(item, str) else json.dumps(item) for item in values)
