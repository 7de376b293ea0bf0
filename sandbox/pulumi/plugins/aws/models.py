"""The inputs of a row as a pydantic model, whose types, enums, patterns and ranges are those of botocore's shapes."""

# botocore is untyped, and a property value is JSON whose shape is the user's.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false

import json
import re
from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, create_model

from sandbox.pulumi.plugins.aws import shapes
from sandbox.pulumi.plugins.aws.resource_type import Resource
from sandbox.pulumi.plugins.aws.row import OPTIONAL, REQUIRED, Call, Input, Of, Row
from sandbox.pulumi.plugins.aws.shapes import Shape
from sandbox.pulumi.plugins.inputs import Inputs
from sandbox.pulumi.plugins.wire import Value, has_unknown

_NUMBERS: Final = {"integer": int, "long": int, "float": float, "double": float}
_OTHERS: Final = {"boolean": bool, "timestamp": str, "blob": str, "character": str}


def model(row: Row) -> type[Inputs]:
    """The model of what a program may declare."""
    return _Builder(row).model()


class _Builder:
    def __init__(self, row: Row) -> None:
        self._row = row

    def model(self) -> type[Inputs]:
        tags = {"tags"} if self._row.tagging else set[str]()
        fields = {name: self._field(name, self._type_of(name)) for name in sorted(self._row.properties | tags)}
        base: Any = Inputs if self._row.everywhere else Resource
        made: Any = create_model("Declared", __base__=base, **{_python(name): of for name, of in fields.items()})
        return made

    def _type_of(self, name: str) -> Any:
        if name in self._row.documents:
            return Annotated[str, BeforeValidator(_as_text), AfterValidator(_is_json)]
        if name == "tags":
            return dict[str, str]
        if isinstance(wish := self._row.inputs[name], Of):
            return wish.type
        shape = self._shape(name)
        if shape is not None:
            of = self._type(shape, name, ())
            some = wish is REQUIRED and shape.type_name == "list" and name not in self._row.maps + self._row.single
            return Annotated[of, Field(min_length=1)] if some else of
        return str if isinstance(wish, Input) else type(wish)  # no call takes it as it is

    def _shape(self, name: str) -> Shape | None:
        direct = (self._row.create, *self._row.updates, *self._row.deletes)
        for call in direct:
            taken = target(self._row, call)
            member = shapes.members(taken, self._row.names).get(name)
            if member and taken is not None:
                return taken.members[member]
        for call in direct:
            if inner := shapes.within(target(self._row, call), name, self._row.names):
                return inner
        return None

    def _type(self, shape: Shape, path: str, above: tuple[str, ...]) -> Any:  # noqa: PLR0911 (a case for each kind)
        last = path.rpartition(".")[2]
        match shape.type_name:
            case "structure" if shape.name in above:
                return dict[str, Any]  # a structure of itself, which nobody declares deeper than once
            case "structure" if shapes.wraps(shape):
                return self._type(shape.members["Value"], path, above)
            case "structure":
                part = self._part(shape, path, (*above, shape.name))
                return Annotated[list[part], Field(max_length=1)] if last in self._row.listed else part
            case "list" if last in self._row.maps:
                return dict[str, self._type(shape.member.members["Value"], path, above)]
            case "list" if last in self._row.single:
                return self._type(shape.member, path, above)
            case "list":
                return Annotated[list[self._type(shape.member, path, above)], _length(shape)]
            case "map":
                return dict[str, self._type(shape.value, path, above)]
            case "string":
                return _text(shape)
            case number if number in _NUMBERS:
                bounds = shape.metadata
                return Annotated[_NUMBERS[number], Field(ge=bounds.get("min"), le=bounds.get("max"))]
            case other:
                return _OTHERS[other]

    def _part(self, shape: Shape, path: str, above: tuple[str, ...]) -> Any:
        known = shapes.members(shape, self._row.names)
        fields: dict[str, Any] = {}
        for name, member in known.items():
            place = f"{path}.{name}"
            needed = REQUIRED if member in shape.required_members else OPTIONAL
            wish = self._row.inputs.get(place)
            of = wish.type if isinstance(wish, Of) else self._type(shape.members[member], place, above)
            fields[_python(name)] = self._field(name, of, place, needed)
        return create_model(shape.name, __base__=Inputs, **fields)

    def _field(self, name: str, of: Any, path: str = "", otherwise: Value = OPTIONAL) -> Any:
        wish = self._row.inputs.get(path or name, otherwise)
        match wish.wish if isinstance(wish, Of) else wish:
            case Input.REQUIRED:
                return (of, Field(alias=name))
            case Input.OPTIONAL | Input.ADOPTED:
                return (of | None, Field(None, alias=name))
            case default:
                return (of, Field(default, alias=name))


def target(row: Row, call: Call) -> Shape | None:
    """The structure whose members a call's inputs are."""
    shape = shapes.operation(row.service, call.operation).input_shape
    for name in filter(None, call.within.split(".")):
        shape = shape.members[shapes.members(shape, row.names)[name]]
        shape = shape.member if shape.type_name == "list" else shape
    return shape


def _python(name: str) -> str:
    # What stands in a model is hidden by nothing of pydantic's, and by no word of Python's.
    return f"{name}_"


def _text(shape: Shape) -> Any:
    if values := getattr(shape, "enum", None):
        return Literal[tuple(values)]
    pattern = shape.metadata.get("pattern")
    return (
        Annotated[str, _length(shape), AfterValidator(_matches(pattern))] if pattern else Annotated[str, _length(shape)]
    )


def _length(shape: Shape) -> Any:
    return Field(min_length=shape.metadata.get("min"), max_length=shape.metadata.get("max"))


def _matches(pattern: str) -> Callable[[str], str]:
    expression = compiled(pattern)

    def check(text: str) -> str:
        if not expression.fullmatch(text):
            raise ValueError(f"doesn't match {pattern}")
        return text

    return check


def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of AWS's models, which are Java's, as one of Python's.

    Raises:
        re.error: it has something that isn't translated here.
    """
    for java, python in _JAVA.items():
        pattern = pattern.replace(java, python)
    return re.compile(pattern)


_JAVA: Final = {r"\p{L}": r"\w", r"\p{N}": r"\d", r"\p{Z}": r"\s", r"|(?i).*<script>.*</script>.*": ""}


def _as_text(document: Value) -> Value:
    return json.dumps(document) if isinstance(document, dict) and not has_unknown(document) else document


def _is_json(text: str) -> str:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"isn't JSON: {error}") from None
    return text
