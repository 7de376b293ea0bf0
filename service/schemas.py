"""The request and response of one model, made from its manifest when it is loaded.

Numbers are taken as numbers only: a `true` or a `"85"` in a reading is a mistake of its sender. An integer
feature takes `1200` and `1200.0`, because many clients write every number as a float.
"""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Annotated, Any, Final, Self, TypeAlias, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model

from modelstore.manifest import Band, Feature, FeatureType, Manifest
from service.errors import FieldError, InvalidInput

ERRORS_LIMIT: Final = 32
"""So many errors are told one by one. A body of our 64 KiB can have ten thousand, and an answer of a megabyte."""

NAME_LIMIT: Final = 60
"""Characters of a field's name that an error repeats; no feature has more."""

Answer: TypeAlias = dict[str, float | str]
"""A response: the output under its own name, and what it means if the model has bands."""


def _number(value: object) -> object:
    if isinstance(value, bool | str):
        raise ValueError("Input should be a number")
    return value


# A string in JSON is never a number here, also where pydantic would turn it into one.
_Integer: Final = Annotated[int, BeforeValidator(_number)]


@dataclass(frozen=True)
class Schema:
    """How readings come in and answers go out."""

    request: type[BaseModel]
    response: type[BaseModel]
    output: str
    bands: tuple[Band, ...]

    @classmethod
    def of(cls, manifest: Manifest) -> Self:
        """The schema that a manifest describes."""
        return cls(_request(manifest), _response(manifest), manifest.output.name, manifest.bands)

    def reading(self, body: bytes) -> list[float]:
        """The features of a request, in the manifest's order.

        Raises:
            InvalidInput: the body is not JSON, or a field is missing, unknown, no finite number or out of range.
        """
        try:
            request = self.request.model_validate_json(body)
        except ValidationError as error:
            raise InvalidInput(_field_errors(error)) from None
        return [float(cast("float", value)) for _, value in request]

    def answer(self, value: float) -> Answer:
        """The response for the model's output `value`."""
        if not self.bands:
            return {self.output: value}
        # The last band has no upper end; a value on a border belongs to the band above it.
        borders = [band.below for band in self.bands[:-1] if band.below is not None]
        band = self.bands[bisect_right(borders, value)]
        return {
            self.output: value,
            "risk_level": band.risk_level,
            "recommended_action": band.recommended_action,
        }


# Fields have names of their own and the manifest's as alias: a feature may be called `copy` or `model_config`.


def _request(manifest: Manifest) -> type[BaseModel]:
    fields: dict[str, Any] = {f"feature_{index}": _field(each) for index, each in enumerate(manifest.features)}
    examples = [dict(manifest.golden.inputs[0])]
    config = ConfigDict(extra="forbid", json_schema_extra={"examples": cast("list[Any]", examples)})
    return create_model("PredictionRequest", __config__=config, **fields)


def _field(feature: Feature) -> tuple[Any, Any]:
    field = Field(
        alias=feature.name,
        title=feature.name,
        description=f"{feature.description} ({feature.unit})",
        ge=feature.minimum,
        le=feature.maximum,
        allow_inf_nan=False if feature.type is FeatureType.FLOAT else None,
        strict=True if feature.type is FeatureType.FLOAT else None,
    )
    return (float if feature.type is FeatureType.FLOAT else _Integer, field)


def _response(manifest: Manifest) -> type[BaseModel]:
    output = manifest.output
    fields: dict[str, Any] = {
        "output": (float, Field(alias=output.name, title=output.name, description=output.meaning))
    }
    if manifest.bands:
        levels: list[Any] = [band.risk_level for band in manifest.bands]
        actions: list[Any] = [band.recommended_action for band in manifest.bands]
        fields["risk_level"] = (str, Field(json_schema_extra={"enum": levels}))
        fields["recommended_action"] = (str, Field(json_schema_extra={"enum": actions}))
    return create_model("PredictionResponse", **fields)


def _field_errors(error: ValidationError) -> list[FieldError]:
    # Without the refused values: a NaN or a huge number among them would make the error unwritable as JSON.
    found: list[FieldError] = [
        {"type": each["type"], "loc": ["body", *map(_shortened, each["loc"])], "msg": each["msg"]}
        for each in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    if len(found) <= ERRORS_LIMIT:
        return found
    first = found[0]
    where = ".".join(map(str, first["loc"]))
    return [{"type": "too_many_errors", "loc": ["body"], "msg": f"{len(found)} errors; {where}: {first['msg']}"}]


def _shortened(name: int | str) -> int | str:
    return f"{name[:NAME_LIMIT]}…" if isinstance(name, str) and len(name) > NAME_LIMIT else name
