"""What a program may say about a resource: pydantic models that let a preview's unknowns pass.

A plugin declares the inputs of a type once, as a model. The same model checks them, fills in their defaults, and
brings what was read from the live resource into the same form, so that the two can be compared.
"""

# A property value is JSON whose shape is the user's, so patterns decide at run time what a checker can't know.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError, ValidatorFunctionWrapHandler, field_validator
from pydantic.alias_generators import to_camel

from sandbox.pulumi.plugins import wire
from sandbox.pulumi.plugins.wire import Properties, Value

UNSUPPORTED: Final = "this stand-in plugin doesn't support it: leave it out, or use the official plugin"


class Inputs(BaseModel):
    """A type's inputs, or a part of them, under Pulumi's camel-case names. What isn't declared is refused."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True, frozen=True)

    @field_validator("*", mode="wrap")
    @classmethod
    def _unknowns_pass(cls, value: Value, validate: ValidatorFunctionWrapHandler) -> Value:
        try:
            return validate(value)
        except ValidationError:
            if wire.has_unknown(value):  # only the update can tell whether it is right
                return value
            raise


@dataclass(frozen=True)
class Failure:
    """Why an input is refused; `path` is Pulumi's property path."""

    path: str
    reason: str


class InvalidInputsError(ValueError):
    """The inputs are refused for every reason in `failures`."""

    def __init__(self, failures: list[Failure]) -> None:
        super().__init__("; ".join(f"{failure.path}: {failure.reason}" for failure in failures))
        self.failures = failures


def normal(model: type[Inputs], properties: Mapping[str, Value]) -> Properties:
    """`properties` with the model's defaults filled in and nulls left out; secrets stay secret.

    Raises:
        InvalidInputsError: with one failure for each property that the model refuses.
    """
    declared = {key: value for key, value in properties.items() if not key.startswith("__")}
    try:
        parsed = model.model_validate(wire.plain(declared))
    except ValidationError as error:
        hidden = wire.has_secret(declared)
        raise InvalidInputsError([_failure(dict(one), hidden) for one in error.errors()]) from None
    return wire.with_secrets_of(declared, _dumped(parsed))


def names(model: type[Inputs]) -> frozenset[str]:
    """The model's property names, as programs spell them in every language but Python."""
    return frozenset(field.alias or name for name, field in model.model_fields.items())


def path(parts: tuple[str | int, ...]) -> str:
    """Pulumi's spelling of a property path: `rules[0].filter.tags["a.b"]`."""
    text = ""
    for part in parts:
        match part:
            case int():
                text += f"[{part}]"
            case str() if part.replace("_", "a").isalnum():
                text += f".{part}" if text else part
            case _:
                text += f'["{part}"]'
    return text


def _failure(error: dict[str, Any], hidden: bool) -> Failure:
    if error["type"] == "extra_forbidden":
        return Failure(path(error["loc"]), UNSUPPORTED)
    if error["type"] == "missing":
        return Failure(path(error["loc"]), "is required")
    reason = error["msg"].removeprefix("Value error, ")
    return Failure(path(error["loc"]), reason if hidden else f"{reason}, not {error['input']!r}")


def _dumped(value: Value) -> Value:
    match value:
        case BaseModel():
            fields = ((field.alias or name, getattr(value, name)) for name, field in type(value).model_fields.items())
            return {name: _dumped(item) for name, item in fields if item is not None}
        case dict():
            return {key: _dumped(item) for key, item in value.items()}
        case list():
            return [_dumped(item) for item in value]
        case _:
            return value
