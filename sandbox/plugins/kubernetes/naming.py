"""Names for objects whose program gives none: the resource's name and eight hexadecimal digits."""

import hashlib
from dataclasses import dataclass
from typing import Final

from sandbox.plugins.kubernetes.errors import Refused
from sandbox.plugins.kubernetes.objects import Object, annotation, at, is_map, metadata, name_of, put
from sandbox.plugins.wire import Unknown

AUTONAMED: Final = "pulumi.com/autonamed"
DIGITS: Final = 8


@dataclass(frozen=True)
class Autonaming:
    """The user's choice in the project's `pulumi:autonaming`, as the engine hands it on.

    Attributes:
        proposed: the name to take; empty when the user chose nothing.
        disabled: a resource without a name is an error.
    """

    proposed: str = ""
    disabled: bool = False


def is_autonamed(obj: Object) -> bool:
    """Whether we chose the object's name, and may choose another for its replacement."""
    return annotation(obj, AUTONAMED) == "true"


def named(obj: Object, old: Object, resource: str, seed: bytes, choice: Autonaming) -> Object:
    """`obj` with a name: its own, else the one that we chose before, else a new one.

    Args:
        obj: the new inputs; changed in place.
        old: the inputs of the last update, empty on create.
        resource: the resource's name in the program.
        seed: the engine's random seed, so that preview and update choose the same name.
        choice: what the user chose for names.

    Raises:
        Refused: no name, and naming is switched off, or `generateName` is used, or what is there is no name.
    """
    given = obj.get("metadata")
    if given is not None and not is_map(given):
        raise Refused(f"metadata: {given!r} is not a map; write it like {{'name': …}}")
    if not isinstance(name_of(obj), (str, Unknown)):
        raise Refused(f"metadata.name: {name_of(obj)!r} is not a text; put it in quotes")
    if metadata(obj).get("generateName"):
        raise Refused("metadata.generateName: server-side apply needs a name; set metadata.name, or leave both out")
    if name_of(obj):
        return obj
    if is_autonamed(old) and name_of(old):
        name = name_of(old)
    elif choice.disabled:
        raise Refused(f"metadata.name: missing for {resource!r}, and pulumi:autonaming is disabled; set it")
    else:
        name = choice.proposed or f"{resource}-{digits(seed)}"
    put(obj, ["metadata", "name"], name)
    if not isinstance(at(obj, "metadata", "annotations"), Unknown):  # a preview may not know them yet
        put(obj, ["metadata", "annotations", AUTONAMED], "true")
    return obj


def digits(seed: bytes) -> str:
    """Eight hexadecimal digits that depend on nothing but `seed`."""
    return hashlib.sha256(seed).hexdigest()[:DIGITS]
