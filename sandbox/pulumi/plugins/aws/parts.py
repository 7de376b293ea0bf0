"""Parts of properties: which are AWS's choice, which mean nothing, and what two values have in common."""

# A property value is JSON whose shape is the user's, so patterns decide at run time what a checker can't know.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Iterable

from sandbox.pulumi.plugins.wire import Secret, Unknown, Value


def meaning(value: Value) -> Value:
    """`value` without what means nothing inside of it, and with lists in one order: AWS keeps them as sets."""
    match value:
        case dict():
            parts = {key: meaning(item) for key, item in value.items()}
            return {key: item for key, item in sorted(parts.items()) if not is_nothing(item)}
        case list():
            return sorted((meaning(item) for item in value), key=repr)
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


def is_nothing(value: Value) -> bool:
    """Whether a part says no more than its absence: false, zero, or empty."""
    return value in (None, False, "", [], {})


def aligned(one: Value, other: Value) -> tuple[Value, Value]:
    """Both values without the parts that are nothing in one of them and absent in the other."""
    match one, other:
        case dict(), dict():
            both = {key: aligned(one[key], other[key]) for key in one.keys() & other.keys()}
            left = {key: both[key][0] if key in both else item for key, item in one.items()}
            right = {key: both[key][1] if key in both else item for key, item in other.items()}
            return (
                {key: item for key, item in left.items() if key in both or not is_nothing(meaning(item))},
                {key: item for key, item in right.items() if key in both or not is_nothing(meaning(item))},
            )
        case list(), list():
            pairs = [aligned(*pair) for pair in zip(one, other, strict=False)]
            return (
                [pair[0] for pair in pairs] + one[len(pairs) :],
                [pair[1] for pair in pairs] + other[len(pairs) :],
            )
        case _:
            return one, other


def respelled(value: Value, like: Value) -> Value:
    """`value` with the parts that mean the same in `like` written as there."""
    if meaning(value) == meaning(like) or (is_nothing(meaning(value)) and is_nothing(meaning(like))):
        return like
    match value, like:
        case dict(), dict():
            return {key: respelled(value.get(key), like.get(key)) for key in value.keys() | like.keys()}
        case _:
            return value


def filled(declared: Value, live: Value, paths: Iterable[str]) -> Value:
    """`declared` with the parts at `paths` that it lacks and `live` has."""
    for path in paths:
        declared = _filled(declared, live, path.split("."))
    return declared


def _filled(declared: Value, live: Value, path: list[str]) -> Value:
    match declared, live:
        case Secret(), _:
            return declared  # what is secret stays as it was declared
        case dict(), dict() if path[0] in live:
            head, *rest = path
            if head in declared:
                return {**declared, head: _filled(declared[head], live[head], rest)} if rest else declared
            return declared if rest else {**declared, head: live[head]}
        case list(), list():
            pairs = [_filled(one, other, path) for one, other in zip(declared, live, strict=False)]
            return pairs + declared[len(pairs) :]
        case _:
            return declared


def unknown(declared: Value, paths: Iterable[str]) -> Value:
    """`declared` with the parts at `paths` that it lacks as what only the update will know."""
    for path in paths:
        declared = _unknown(declared, path.split("."))
    return declared


def _unknown(declared: Value, path: list[str]) -> Value:
    head, *rest = path
    match declared:
        case dict() if rest and head not in declared:
            return declared
        case dict():
            return {**declared, head: _unknown(declared[head], rest) if rest else declared.get(head, Unknown())}
        case list():
            return [_unknown(item, path) for item in declared]
        case _:
            return declared


def dropped(value: Value, declared: Value, paths: Iterable[str]) -> Value:
    """`value` without the parts at `paths` that aren't declared."""
    for path in paths:
        value = _dropped(value, declared, path.split("."))
    return value


def _dropped(value: Value, declared: Value, path: list[str]) -> Value:
    match value:
        case dict() if path[0] in value:
            head, *rest = path
            wanted = declared.get(head) if isinstance(declared, dict) else None
            if rest:
                return {**value, head: _dropped(value[head], wanted, rest)}
            return value if wanted is not None else {key: item for key, item in value.items() if key != head}
        case list():
            others = declared if isinstance(declared, list) else []
            return [_dropped(item, others[i] if i < len(others) else None, path) for i, item in enumerate(value)]
        case _:
            return value
