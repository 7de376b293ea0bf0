"""The model's manifest: what a published version is, and all that the service needs to know to serve it.

It is written last when a version is published, so a prefix without one is not a version. Its digest stands
in the stack's configuration: whoever holds the digest can check every byte of the model before any of it is
deserialised.
"""

import hashlib
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from modelstore.vocabulary import Digest, ModelName, ModelVersion, OutputName, RelativePath

MANIFEST: Final = "manifest.json"

LARGEST_INTEGER: Final = 2**53
"""Up to this magnitude a double, which all numbers are here and in most clients, holds every integer exactly."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class File(_Part):
    """One file of the model, relative to the manifest."""

    path: RelativePath
    sha256: Digest
    size: int = Field(ge=0, description="bytes")


class FeatureType(StrEnum):
    """How a feature is given in a request; the model itself always gets floats."""

    FLOAT = "float"
    INTEGER = "integer"


class Input(_Part):
    """One input of the model, as the people who own it describe it."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
    type: FeatureType = FeatureType.FLOAT
    unit: str
    description: str
    minimum: float = Field(description="smallest value that a request may carry, in `unit`")
    maximum: float = Field(description="largest value that a request may carry, in `unit`")

    @model_validator(mode="after")
    def _range(self) -> Self:
        if self.minimum >= self.maximum:
            raise ValueError(f"{self.name}: minimum {self.minimum} is not below maximum {self.maximum}")
        for end, value in (("minimum", self.minimum), ("maximum", self.maximum)):
            whole = value.is_integer() and abs(value) <= LARGEST_INTEGER
            if self.type is FeatureType.INTEGER and not whole:
                raise ValueError(
                    f"{self.name}: {end} {value} of an integer is no whole number that a double holds exactly "
                    f"(at most {LARGEST_INTEGER} in magnitude); give one, or say `type: float`"
                )
        return self


class Feature(Input):
    """One input of a published version, in the model's order."""

    quantiles: tuple[float, ...] = Field(
        min_length=2, description="reference quantiles of the training data, evenly spaced from 0 to 1, in `unit`"
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if list(self.quantiles) != sorted(self.quantiles):
            raise ValueError(f"{self.name}: quantiles are not in ascending order")
        return self


class Output(_Part):
    """The number that the model answers."""

    name: OutputName
    meaning: str
    tensor: str = Field(description="name of the output in the SavedModel signature")


class Band(_Part):
    """A range of the output and what it means for people; the last band has no upper end."""

    below: float | None
    risk_level: str = Field(min_length=1)
    recommended_action: str = Field(min_length=1)


def _bands(bands: tuple[Band, ...]) -> tuple[Band, ...]:
    *ends, last = [band.below for band in bands] or [None]
    finite = [end for end in ends if end is not None]
    if last is not None or finite != ends or finite != sorted(set(finite)):
        raise ValueError(f"bands must ascend and only the last is open (below: null), not {[*ends, last]}")
    return bands


Bands = Annotated[tuple[Band, ...], AfterValidator(_bands)]


class Evaluation(_Part):
    """Figures on held-out data that the training never saw."""

    rows: int = Field(gt=0)
    sha256: Digest | None = Field(
        default=None,
        exclude_if=lambda value: value is None,  # so that a manifest of before there was one is written as it was
        description="of the file with the held-out data",
    )
    metrics: dict[str, float] = Field(description="for instance roc_auc, precision, recall, brier, calibration_error")


class Golden(_Part):
    """Known inputs and the answers that the published model gave to them."""

    inputs: tuple[dict[str, float], ...] = Field(min_length=1)
    outputs: tuple[float, ...] = Field(min_length=1)
    tolerance: float = Field(gt=0, description="largest absolute difference that still counts as the same answer")

    @model_validator(mode="after")
    def _paired(self) -> Self:
        if len(self.inputs) != len(self.outputs):
            raise ValueError(f"{len(self.inputs)} golden inputs, but {len(self.outputs)} outputs")
        return self


class TrainingData(_Part):
    """Fingerprint of the data that the model was trained on."""

    sha256: Digest
    rows: int = Field(gt=0)


class Fingerprints(_Part):
    """What tells whether two versions differ in their weights, or in their architecture as well."""

    weights: Digest = Field(description="over all variables and the floats that stand in the graph")
    architecture: Digest = Field(description="over the shapes and types of these, and the operations used")


class Manifest(_Part):
    """A published version of a model."""

    schema_version: Literal[1] = 1
    name: ModelName
    version: ModelVersion
    description: str
    format: Literal["saved_model"] = "saved_model"
    signature: str = "serving_default"
    files: tuple[File, ...] = Field(min_length=1)
    features: tuple[Feature, ...] = Field(min_length=1)
    output: Output
    bands: Bands = Field(default=(), description="ascending; empty for a model without bands")
    evaluation: Evaluation
    golden: Golden
    training_data: TrainingData
    fingerprints: Fingerprints

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [feature.name for feature in self.features]
        if len(set(names)) != len(names):
            raise ValueError(f"feature names repeat: {names}")
        for row in self.golden.inputs:
            if set(row) != set(names):
                raise ValueError(f"golden input has {sorted(row)}, the features are {sorted(names)}")
        return self

    def to_bytes(self) -> bytes:
        """The manifest as it is stored; the digest is taken over exactly these bytes."""
        return (self.model_dump_json(indent=1) + "\n").encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Read a stored manifest.

        Raises:
            pydantic.ValidationError: a field is missing, unknown or out of range.
        """
        return cls.model_validate_json(content)


def digest(content: bytes) -> str:
    """The digest of `content`, as it stands in stack configurations: `sha256:…`."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
