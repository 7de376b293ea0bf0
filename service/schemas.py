"""The requests and responses of one model, made from its manifest when it is loaded.

Numbers are taken as numbers only: a `true` or a `"85"` in a reading is a mistake of its sender. An integer
feature takes `1200` and `1200.0`, because many clients write every number as a float.

A reading that is in order is seen to be so by a few comparisons. pydantic reads it only when it is not, to tell what
is wrong with it: it takes ten times as long.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import starmap
from operator import itemgetter
from typing import Annotated, Any, Final, Self, TypeAlias, cast

import numpy as np
import orjson
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model

from modelstore.manifest import Band, Feature, FeatureType, Manifest
from service.errors import FieldError, InvalidInput

ERRORS_LIMIT: Final = 32
"""So many errors are told one by one. A body of our 64 KiB can have ten thousand, and an answer of a megabyte."""

NAME_LIMIT: Final = 60
"""Characters of a field's name that an error repeats; no feature has more."""

READINGS_LIMIT: Final = 1000
"""Readings of one request; with the body's limit there is rarely room for more."""

Answer: TypeAlias = dict[str, float | str]
"""A response: the output under its own name, and what it means if the model has bands."""


def _number(value: object) -> object:
    if isinstance(value, bool | str):
        raise ValueError("Input should be a number")
    return value


# A string in JSON is never a number here, also where pydantic would turn it into one.
_Integer: Final = Annotated[int, BeforeValidator(_number)]


@dataclass(frozen=True)
class _Bounds:
    """What one feature may be."""

    low: float
    high: float
    integer: bool

    def hold(self, value: object) -> bool:
        """Whether it is a number that may be."""
        kind = type(value)
        if kind is not float and kind is not int:
            return False
        number = cast("float", value)
        # In this order a NaN fails, and so does an integer that no float can hold.
        return self.low <= number <= self.high and (not self.integer or kind is int or number.is_integer())


@dataclass(frozen=True)
class Schema:
    """How readings come in and answers go out.

    Attributes:
        request: one reading.
        batch: several.
        response: one answer.
    """

    request: type[BaseModel]
    batch: type[BaseModel]
    response: type[BaseModel]
    _output: str
    _bands: tuple[Band, ...]
    _borders: tuple[float, ...]
    _bounds: tuple[_Bounds, ...]
    _head: bytes
    _tails: tuple[bytes, ...]
    _values: Callable[[dict[str, object]], tuple[object, ...]]

    @classmethod
    def of(cls, manifest: Manifest, largest: float) -> Self:
        """The schema that a manifest describes.

        Args:
            manifest: of the model.
            largest: number that its tensors can hold; a feature's own bounds may be narrower.
        """
        request = _request(manifest, largest)
        names = [feature.name for feature in manifest.features]
        return cls(
            request=request,
            batch=create_model(
                "BatchRequest",
                __config__=ConfigDict(extra="forbid"),
                readings=(list[request], Field(min_length=1, max_length=READINGS_LIMIT)),  # pyright: ignore[reportInvalidTypeForm] made above
            ),
            response=_response(manifest),
            _output=manifest.output.name,
            _bands=manifest.bands,
            # The last band has no upper end.
            _borders=tuple(band.below for band in manifest.bands[:-1] if band.below is not None),
            _bounds=tuple(
                _Bounds(max(each.minimum, -largest), min(each.maximum, largest), each.type is FeatureType.INTEGER)
                for each in manifest.features
            ),
            _head=b"{" + orjson.dumps(manifest.output.name) + b":",
            _tails=tuple(_tail(band) for band in manifest.bands) or (b"}",),
            _values=itemgetter(*names) if len(names) > 1 else lambda found: (found[names[0]],),
        )

    def reading(self, body: bytes) -> tuple[float, ...]:
        """The features of a request, in the manifest's order.

        Raises:
            InvalidInput: the body is not JSON, or a field is missing, unknown, no finite number or out of range.
        """
        values = self.values(body)
        return _floats(_explained(self.request, body)) if values is None else values

    def values(self, body: bytes) -> tuple[float, ...] | None:
        """The same, or None for a body that is not in order."""
        try:
            return self._quickly(orjson.loads(body))
        except (ValueError, LookupError):
            return None

    def readings(self, body: bytes) -> list[tuple[float, ...]]:
        """The features of each reading of a request, in order.

        Raises:
            InvalidInput: as for one, or there is none or more than `READINGS_LIMIT`.
        """
        try:
            readings = _members(orjson.loads(body), 1)["readings"]
            if type(readings) is list and 0 < len(cast("list[object]", readings)) <= READINGS_LIMIT:
                return [self._quickly(each) for each in cast("list[object]", readings)]
        except (ValueError, LookupError):
            pass  # pydantic says what is wrong
        batch: Any = _explained(self.batch, body)
        return [_floats(each) for each in batch.readings]

    def _quickly(self, found: object) -> tuple[float, ...]:
        """The values of a reading that is in order; a ValueError or LookupError where it is not, without reasons."""
        values = self._values(_members(found, len(self._bounds)))
        if not all(starmap(_Bounds.hold, zip(self._bounds, values, strict=True))):
            raise ValueError
        return cast("tuple[float, ...]", values)

    def contents(self, values: NDArray[np.float64]) -> list[bytes | None]:
        """The responses for the model's outputs as JSON, each as `answer` has it; None for one that is not finite."""
        numbers = orjson.dumps(values, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1].split(b",")
        bands = np.searchsorted(self._borders, values, side="right").tolist()
        head, tails = self._head, self._tails
        found: list[bytes | None] = [head + number + tails[band] for number, band in zip(numbers, bands, strict=True)]
        if not (finite := np.isfinite(values)).all():
            return [each if good else None for each, good in zip(found, finite.tolist(), strict=True)]
        return found

    def answer(self, value: float) -> Answer:
        """The response for the model's output `value`."""
        if not self._bands:
            return {self._output: value}
        # A value on a border belongs to the band above it.
        return {self._output: value} | _advice(self._bands[bisect_right(self._borders, value)])


def _advice(band: Band) -> Answer:
    return {"risk_level": band.risk_level, "recommended_action": band.recommended_action}


def _tail(band: Band) -> bytes:
    return b"," + orjson.dumps(_advice(band))[1:]


def _members(found: object, number: int) -> dict[str, object]:
    if type(found) is not dict or len(cast("dict[str, object]", found)) != number:
        raise ValueError
    return cast("dict[str, object]", found)


# Fields have names of their own and the manifest's as alias: a feature may be called `copy` or `model_config`.


def _request(manifest: Manifest, largest: float) -> type[BaseModel]:
    fields: dict[str, Any] = {f"feature_{index}": _field(each, largest) for index, each in enumerate(manifest.features)}
    examples = [dict(manifest.golden.inputs[0])]
    config = ConfigDict(extra="forbid", json_schema_extra={"examples": cast("list[Any]", examples)})
    return create_model("PredictionRequest", __config__=config, **fields)


def _field(feature: Feature, largest: float) -> tuple[Any, Any]:
    field = Field(
        alias=feature.name,
        title=feature.name,
        description=f"{feature.description} ({feature.unit})",
        ge=max(feature.minimum, -largest),
        le=min(feature.maximum, largest),
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


def _explained(model: type[BaseModel], body: bytes) -> BaseModel:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise InvalidInput(_field_errors(error)) from None


def _floats(reading: BaseModel) -> tuple[float, ...]:
    return tuple(float(cast("float", value)) for _, value in reading)


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
