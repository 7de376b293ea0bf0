"""Brings inputs into the form in which the API server keeps them, so that equal things compare equal."""

import base64
import binascii
import copy
from typing import Any, Final

from sandbox.plugins.kubernetes.objects import Object, at, drop, is_list, is_map, kind_of, metadata
from sandbox.plugins.kubernetes.quantity import canonical

READ_ONLY: Final = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "uid",
)
"""Metadata that only the API server writes."""

# Where quantities are in the built-in types: maps of them by parent and key, and single ones by key.
QUANTITY_MAPS: Final = frozenset(
    {
        ("resources", "limits"),
        ("resources", "requests"),
        ("spec", "hard"),
        ("spec", "capacity"),
        ("overhead", "podFixed"),
    }
    | {("limits", key) for key in ("default", "defaultRequest", "max", "min", "maxLimitRequestRatio")}
)
QUANTITIES: Final = frozenset(
    {("emptyDir", "sizeLimit"), ("resourceFieldRef", "divisor"), ("target", "averageValue"), ("target", "value")}
)


def is_custom(obj: Object) -> bool:
    """Whether the type isn't one of Kubernetes' own, so that nothing is known of its fields.

    Kubernetes' own groups have no dot (`apps`) or end in `.k8s.io`; projects beside it use the latter, too,
    but none of them has fields that we would take for quantities or secrets by mistake.
    """
    group = kind_of(obj).group
    return "." in group and not group.endswith(".k8s.io")


def normalized(obj: Object) -> Object:
    """A copy of `obj` as the API server would keep it; values that a preview doesn't know stay as they are."""
    result = _without_nulls(copy.deepcopy(obj))
    for key in READ_ONLY:
        metadata(result).pop(key, None)
    kind = kind_of(result)
    if kind.kind == "CustomResourceDefinition":
        drop(result, ["status"])
        if at(result, "spec", "preserveUnknownFields") is False:
            drop(result, ["spec", "preserveUnknownFields"])
        return result
    if (kind.group, kind.kind) == ("", "Secret"):
        return _secret(result)
    return result if is_custom(result) else _quantities(result, "", "")


def _without_nulls(value: Any) -> Any:
    if is_map(value):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if is_list(value):
        return [_without_nulls(item) for item in value]
    return value


def _secret(obj: Object) -> Object:
    """`stringData` becomes `data`, which is base64 in its canonical form."""
    data = obj.get("data")
    texts = obj.get("stringData")
    if is_map(data):
        obj["data"] = {key: _encoded_again(value) for key, value in data.items()}
    if is_map(texts) and texts and all(isinstance(text, str) for text in texts.values()):
        obj["data"] = {**obj.get("data", {}), **{k: base64.b64encode(v.encode()).decode() for k, v in texts.items()}}
        del obj["stringData"]
    return obj


def _encoded_again(value: Any) -> Any:
    try:
        return base64.b64encode(base64.b64decode("".join(value.split()), validate=True)).decode()
    except (AttributeError, ValueError, binascii.Error):
        return value  # the API server will say what is wrong with it


def _quantities(value: Any, parent: str, key: str) -> Any:
    if is_map(value):
        if (parent, key) in QUANTITY_MAPS:
            return {name: canonical(item) for name, item in value.items()}
        return {name: _quantities(item, key, name) for name, item in value.items()}
    if is_list(value):
        return [_quantities(item, parent, key) for item in value]
    return canonical(value) if (parent, key) in QUANTITIES else value
