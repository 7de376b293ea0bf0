"""Who owns which field under server-side apply, and how ownership comes to us.

An object is created by POST and updated by an apply, both in the name of a manager that only this resource has.
Before the first apply, it takes over what the creation and `kubectl` own, else it could not remove a field.
"""

import copy
import secrets
from typing import Any, Final

from sandbox.plugins.kubernetes import objects
from sandbox.plugins.kubernetes.checkpoint import FIELD_MANAGER
from sandbox.plugins.kubernetes.objects import Object, annotation
from sandbox.plugins.wire import Properties

CREATOR: Final = "pulumi-kubernetes"
"""How the names of our managers begin; the official plugin creates under this very name."""
CHOSEN: Final = "pulumi.com/patchFieldManager"
FORCE: Final = "pulumi.com/patchForce"
# Names of managers that we take over from begin with these; an entry for a subresource is never taken over.
TAKEN_OVER: Final = {"Update": ("kubectl", "before-first-apply", CREATOR), "Apply": ("kubectl",)}

Entry = dict[str, Any]


def manager_of(obj: Object, state: Properties) -> str:
    """The manager that applies this object: the user's choice, else the recorded one, else a new one."""
    return annotation(obj, CHOSEN) or state.get(FIELD_MANAGER) or new_name()


def new_name() -> str:
    """A name that no manager has yet."""
    return f"{CREATOR}-{secrets.token_hex(4)}"


def taken_over(live: Object, manager: str) -> list[Entry] | None:
    """The managed fields after `manager` took over, or None when there is nothing to take over.

    A manager of our own is among those: its name begins with the creator's, but its operation is Apply.
    """
    entries: list[Entry] = objects.entries(live, "metadata", "managedFields")
    foreign = [entry for entry in entries if _is_taken_over(entry, manager)]
    if not foreign:
        return None
    ours: Entry | None = next((entry for entry in entries if is_ours(entry, manager)), None)
    merged: Entry = (
        copy.deepcopy(ours) if ours else {**copy.deepcopy(foreign[0]), "manager": manager, "operation": "Apply"}
    )
    for entry in foreign:
        merged["fieldsV1"] = _union(merged.get("fieldsV1") or {}, entry.get("fieldsV1") or {})
    return [merged, *(entry for entry in entries if entry is not ours and entry not in foreign)]


def is_ours(entry: Entry, manager: str) -> bool:
    """Whether the entry is what `manager` applied."""
    return entry.get("manager") == manager and entry.get("operation") == "Apply" and not entry.get("subresource")


def _is_taken_over(entry: Entry, manager: str) -> bool:
    prefixes = TAKEN_OVER.get(entry.get("operation", ""), ())
    name: str = entry.get("manager", "")
    return not entry.get("subresource") and not is_ours(entry, manager) and name.startswith(prefixes)


def forces(wanted: Object, live: Object, manager: str, *, preview: bool) -> bool:
    """Whether an apply overrides the owners of fields that it sets.

    It does so where the user says it, where nobody is recorded as an owner, and in the preview of an update that
    will take over first: a preview cannot, so it would report conflicts that the update doesn't have.
    """
    if annotation(wanted, FORCE) == "true" or not objects.entries(live, "metadata", "managedFields"):
        return True
    return preview and taken_over(live, manager) is not None


def owns(live: Object, manager: str, keys: tuple[str, ...]) -> tuple[bool, bool]:
    """Whether `manager` owns the field at `keys` or something below it, and whether anybody else does."""
    ours = theirs = False
    for entry in objects.entries(live, "metadata", "managedFields"):
        if _has(entry.get("fieldsV1") or {}, keys):
            ours, theirs = ours or entry.get("manager") == manager, theirs or entry.get("manager") != manager
    return ours, theirs


def _has(fields: Any, keys: tuple[str, ...]) -> bool:
    for key in keys:
        if f"f:{key}" not in fields:
            return False
        fields = fields[f"f:{key}"]
    return True


def _union(one: Object, other: Object) -> Object:
    return {
        **one,
        **{key: _union(one[key], value) if key in one else value for key, value in other.items()},
    }
