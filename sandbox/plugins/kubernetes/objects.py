"""Kubernetes objects as plain dictionaries: who they are and what their metadata says."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeAlias, TypeGuard

Object: TypeAlias = dict[str, Any]
"""An object as the API server reads and writes it, or a part of one."""

# `x-kubernetes-*` keys of schemas are no identifiers, so the SDKs spell them with underscores, and so does the state.
DASHED: Final = {
    name.replace("-", "_"): name
    for name in (
        "x-kubernetes-embedded-resource",
        "x-kubernetes-int-or-string",
        "x-kubernetes-list-map-keys",
        "x-kubernetes-list-type",
        "x-kubernetes-map-type",
        "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-validations",
    )
}
UNDERSCORED: Final = {dashed: underscored for underscored, dashed in DASHED.items()}


class GroupVersionKind(NamedTuple):
    """What an object is; `group` is empty for the core group."""

    group: str
    version: str
    kind: str

    @property
    def api_version(self) -> str:
        """The `apiVersion` field: `v1`, `apps/v1`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def __str__(self) -> str:
        return f"{self.api_version}/{self.kind}"


def is_map(value: Any) -> TypeGuard[Object]:
    """Whether the value is a map; its keys are strings, as JSON's are."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether the value is a list."""
    return isinstance(value, list)


def kind_of(obj: Object) -> GroupVersionKind:
    """The type that `apiVersion` and `kind` of an object name."""
    group, _, version = str(obj.get("apiVersion", "")).rpartition("/")
    return GroupVersionKind("" if group == "core" else group, version, str(obj.get("kind", "")))


def kind_of_urn(urn: str) -> GroupVersionKind:
    """The type that a URN's `kubernetes:<group>/<version>:<Kind>` names."""
    _, module, kind = urn.split("::")[2].rsplit("$", maxsplit=1)[-1].split(":")
    group, _, version = module.partition("/")
    return GroupVersionKind("" if group == "core" else group, version, kind)


def is_patch(urn: str, obj: Object) -> bool:
    """Whether the resource is one of the SDK's `…Patch` types, which manage some fields of a foreign object."""
    kind = kind_of_urn(urn).kind
    return kind.endswith("Patch") and kind != obj.get("kind")


def metadata(obj: Object) -> Object:
    """The object's metadata, empty when it has none or a preview does not know it yet."""
    found = obj.get("metadata")
    return found if is_map(found) else {}


def name_of(obj: Object) -> Any:
    """The object's name: a string, empty when it has none, or `Unknown` in a preview."""
    return metadata(obj).get("name") or ""


def namespace_of(obj: Object) -> Any:
    """The object's namespace: a string, empty when it has none, or `Unknown` in a preview."""
    return metadata(obj).get("namespace") or ""


def annotation(obj: Object, key: str) -> str:
    """The value of an annotation, empty when it isn't set."""
    annotations = metadata(obj).get("annotations")
    value = annotations.get(key) if is_map(annotations) else None
    return value if isinstance(value, str) else ""


def identifier(obj: Object) -> str:
    """The resource's id in the state: `namespace/name`, or `name`."""
    return f"{namespace_of(obj)}/{name_of(obj)}".lstrip("/")


def split_identifier(identity: str) -> tuple[str, str]:
    """Namespace and name of an id; the namespace is empty for cluster-wide objects."""
    namespace, _, name = identity.rpartition("/")
    return namespace, name


def at(obj: Any, *keys: str, default: Any = None) -> Any:
    """The value at a path of keys, or `default` where the path ends early or the value is null."""
    for key in keys:
        if not is_map(obj):
            return default
        obj = obj.get(key)
    return default if obj is None else obj


def entries(obj: Any, *keys: str) -> list[Any]:
    """The list at a path of keys, empty where there is none."""
    found = at(obj, *keys)
    return found if is_list(found) else []


def put(obj: Object, keys: Sequence[str], value: Any) -> None:
    """Set the value at a path of keys, making the maps on the way; a null counts as none."""
    for key in keys[:-1]:
        if obj.get(key) is None:
            obj[key] = {}
        obj = obj[key]
    obj[keys[-1]] = value


def drop(obj: Object, keys: Sequence[str]) -> None:
    """Remove the value at a path of keys, if it is there."""
    parent = at(obj, *keys[:-1])
    if is_map(parent):
        parent.pop(keys[-1], None)


def renamed(value: Any, names: dict[str, str]) -> Any:
    """`value` with the keys in `names` replaced, at any depth."""
    if is_map(value):
        return {names.get(key, key): renamed(item, names) for key, item in value.items()}
    if is_list(value):
        return [renamed(item, names) for item in value]
    return value
