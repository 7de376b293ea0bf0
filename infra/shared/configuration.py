"""Reads a stack's configuration into frozen models, and turns every mistake in it into a line that people can act on.

Only `Pulumi.<stack>.yaml` counts: nothing is read from the environment, so a stack never changes because of
someone's shell.
"""

import json
from collections.abc import Iterator
from typing import Annotated, Any, TypeVar, get_args, get_origin

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails


class Section(BaseModel):
    """A part of a stack's configuration: frozen, camelCase in YAML, and without room for unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, allow_inf_nan=False)


Model = TypeVar("Model", bound=Section)


def load(model: type[Model], namespace: str) -> Model:
    """Read every key of `namespace` from the stack's configuration.

    Raises:
        pulumi.RunError: a key is missing, unknown or has a value that is refused; one line for each.
    """
    config = pulumi.Config(namespace)
    values = {key: _parsed(config.require(key)) for key in keys(namespace)}
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise pulumi.RunError("\n".join(_line(model, namespace, one) for one in error.errors())) from None


def keys(namespace: str) -> Iterator[str]:
    """The names of all that the stack says under `namespace`; a misspelt one must not be overlooked."""
    # pulumi.Config can't list its keys.
    for key in {**get_config_env(), **CONFIG.get()}:
        owner, _, name = key.partition(":")
        if owner == namespace:
            yield name


def _parsed(value: str) -> object:
    # Pulumi hands objects over as JSON and everything else as plain text.
    return json.loads(value) if value.startswith(("{", "[")) else value


def _line(model: type[Section], namespace: str, error: ErrorDetails) -> str:
    # pydantic marks errors in a dict's keys with a step of its own, which leads nowhere.
    location = tuple(step for step in error["loc"] if step != "[key]")
    key = f"{namespace}:{'.'.join(map(str, location))}"
    match error["type"]:
        case "missing":
            return f"{key} is missing: {_description(model, location)}"
        case "extra_forbidden":
            known = ", ".join(sorted(_aliases(_model_at(model, location[:-1]))))
            return f"{key} is unknown: remove it, or did you mean one of {known}?"
        case "value_error":
            # What is wrong with the whole names its keys itself.
            return f"{key}{': ' if location else ''}{error.get('ctx', {}).get('error', error['msg'])}"
        case _:
            return f"{key} = {error['input']!r}: {error['msg'][:1].lower()}{error['msg'][1:]}"


def _aliases(model: type[BaseModel] | None) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _description(model: type[Section], location: tuple[int | str, ...]) -> str:
    owner = _model_at(model, location[:-1])
    for name, field in owner.model_fields.items() if owner else ():
        if location[-1] in (field.alias, name):
            return field.description or "add it"
    return "add it"


def _model_at(model: type[BaseModel], location: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The model that `location` leads to: through fields, and through the values of dicts."""
    kind: Any = model
    for step in location:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found = [field.annotation for name, field in kind.model_fields.items() if step in (field.alias, name)]
            kind = _plain(found[0]) if found else None
        elif get_origin(kind) is dict:
            kind = _plain(get_args(kind)[1])
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _plain(annotation: Any) -> Any:
    """`X` for `X`, `X | None` and `Annotated[X, …]`."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    choices = [choice for choice in get_args(annotation) if choice is not type(None)]
    return _plain(choices[0]) if len(choices) == 1 and get_origin(annotation) is not dict else annotation
