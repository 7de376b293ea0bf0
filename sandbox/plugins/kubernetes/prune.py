"""Cuts the live object down to what the program declared, so that what controllers add never shows as a change."""

from typing import Any

from sandbox.plugins.kubernetes.objects import is_list, is_map


def pruned(live: Any, declared: Any) -> Any:
    """`live` with only the keys that `declared` has, and no list longer than its counterpart there."""
    if is_map(live) and is_map(declared):
        return {key: pruned(live[key], value) for key, value in declared.items() if key in live}
    if is_list(live) and is_list(declared):
        return [pruned(one, other) for one, other in zip(live, declared, strict=False)]
    return live


def with_left_out(live: Any, declared: Any, before: Any) -> Any:
    """`live` with the declared zero values that the API server never kept.

    It leaves out many fields that are false, 0 or empty. Where the object that it returned after our own write
    already lacked such a field, its absence isn't drift, and the declared value stands.

    Args:
        live: the live object, pruned.
        declared: the inputs.
        before: the live object that was recorded after the last write.
    """
    if is_map(live) and is_map(declared):
        earlier = before if is_map(before) else {}
        result = {
            key: with_left_out(value, declared[key], earlier.get(key)) for key, value in live.items() if key in declared
        }
        left_out = {key: value for key, value in declared.items() if is_zero(value) and key not in {*live, *earlier}}
        return {**result, **left_out}
    if is_list(live) and is_list(declared):
        earlier = before if is_list(before) else []
        padded = earlier + [None] * len(live)
        return [with_left_out(*each) for each in zip(live, declared, padded, strict=False)]
    return live


def is_zero(value: Any) -> bool:
    """Whether the API server may leave the value out of an object: false, 0, or empty."""
    return not value and value is not None
