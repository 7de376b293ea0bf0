"""Botocore's models of services: operations, their members under Pulumi's names, and values in both spellings.

A property is called as Pulumi has it (`vpcId`), a member as the API has it (`VpcId`). The one follows from the other,
but for those that a type's row names.
"""

# botocore is untyped, and a property value is JSON whose shape is the user's.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final, TypeAlias

import botocore.session
from botocore import xform_name
from botocore.loaders import Loader

from sandbox.pulumi.plugins.wire import Value

Shape: TypeAlias = Any
"""What botocore knows of a value: its type, and its members if it is a structure."""

LOADER: Final = Loader()
"""Keeps what it has read: the model of EC2 alone takes half a second."""

PAIRS: Final = ({"key", "value"}, {"name", "value"}, {"name", "values"}, {"tagkey", "tagvalue"})
"""The members of a list's items, in small letters, that make the list a map."""


@cache
def operation(service: str, name: str) -> Any:
    """Botocore's model of an operation, such as `CreateVpc`.

    Raises:
        OperationNotFoundError: the service has no such operation.
    """
    return _service(service).operation_model(name)


@cache
def _service(name: str) -> Any:
    session = botocore.session.Session()
    session.register_component("data_loader", LOADER)
    return session.get_service_model(name)


def camel(member: str) -> str:
    """A member's name in Pulumi's way: `KMSMasterKeyID` is `kmsMasterKeyId`."""
    first, *others = xform_name(member).split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in others)


def members(shape: Shape, names: Mapping[str, str]) -> dict[str, str]:
    """The member for each property of a structure.

    Args:
        shape: the structure, or none for an operation without input.
        names: members by property, where they don't follow from one another.
    """
    if shape is None or shape.type_name != "structure":
        return {}
    odd = {member: name for name, member in names.items() if member in shape.members}
    return {odd.get(member, camel(member)): member for member in shape.members}


def within(shape: Shape, name: str, names: Mapping[str, str]) -> Shape | None:
    """The shape of the property `name` wherever it is in a structure, the nearest one."""
    level, seen = [shape], set[str]()
    while level:
        below: list[Shape] = []
        for one in level:
            inner = one.member if one is not None and one.type_name == "list" else one
            if inner is None or inner.type_name != "structure" or inner.name in seen:
                continue
            seen.add(inner.name)
            known = members(inner, names)
            if name in known:
                return inner.members[known[name]]
            below += [inner.members[member] for member in known.values()]
        level = below
    return None


def to_api(value: Value, shape: Shape, names: Mapping[str, str]) -> Value:  # noqa: PLR0911 (a case for each kind)
    """`value` as the API wants it.

    One item stands for a list of it and the other way round, a map for a list of pairs, a value for a structure with
    nothing but a value, and a number or a boolean for its text.
    """
    match shape.type_name, value:
        case "structure", dict():
            return {
                member: to_api(value[name], shape.members[member], names)
                for name, member in members(shape, names).items()
                if value.get(name) is not None
            }
        case "structure", list():
            return to_api(value[0], shape, names) if value else None
        case "structure", _ if wraps(shape):
            return {"Value": to_api(value, shape.members["Value"], names)}
        case "list", dict() if is_pairs(shape):
            key, content = sorted(shape.member.members)
            inner = shape.member.members[content]
            return [{key: name, content: to_api(item, inner, names)} for name, item in sorted(value.items())]
        case "list", list():
            return [to_api(item, shape.member, names) for item in value]
        case "list", _:
            return [to_api(value, shape.member, names)]
        case "map", dict():
            return {key: to_api(item, shape.value, names) for key, item in value.items()}
        case "string", bool():
            return str(value).lower()
        case "string", int() | float():
            return str(value)
        case _:
            return value


def from_api(value: Value, shape: Shape, names: Mapping[str, str]) -> Value:
    """An answer under Pulumi's names; lists stay lists."""
    match shape.type_name, value:
        case "structure", dict() if wraps(shape):
            return from_api(value.get("Value"), shape.members["Value"], names)
        case "structure", dict():
            known = {member: name for name, member in members(shape, names).items()}
            return {
                known[member]: from_api(item, shape.members[member], names)
                for member, item in value.items()
                if member in known and item is not None
            }
        case "list", list():
            return [from_api(item, shape.member, names) for item in value]
        case "map", dict():
            return {key: from_api(item, shape.value, names) for key, item in value.items()}
        case _ if hasattr(value, "isoformat"):
            return value.isoformat().replace("+00:00", "Z")
        case _:
            return value


def wraps(shape: Shape) -> bool:
    """Whether a structure is nothing but a value, as EC2 has them."""
    return set(shape.members) == {"Value"}


def is_pairs(shape: Shape) -> bool:
    """Whether a list of the API says what a map says."""
    return shape.member.type_name == "structure" and {name.lower() for name in shape.member.members} in PAIRS


def as_map(pairs: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """A list of pairs, as `from_api` leaves it, as a map."""
    return {pair[min(pair)]: pair[max(pair)] if len(pair) > 1 else "" for pair in pairs}
