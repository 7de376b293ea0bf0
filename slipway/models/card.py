"""The model card: what the people who own a model say about it, in a YAML file of theirs."""

from enum import StrEnum
from pathlib import Path
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from modelstore.manifest import Bands, Input
from modelstore.vocabulary import ModelName, OutputName
from slipway.errors import BadInput


class Kind(StrEnum):
    """What the output is, which decides how it is judged."""

    PROBABILITY = "probability"
    NUMBER = "number"


class GoldenInputs(StrEnum):
    """Which readings stand in the manifest with the model's answers, for everybody who can read it."""

    HELD_OUT = "held_out"
    SYNTHETIC = "synthetic"


class Metric(StrEnum):
    """Figures on held-out data; `figures.py` says how each is computed."""

    ROC_AUC = "roc_auc"
    PRECISION = "precision"
    RECALL = "recall"
    BRIER = "brier"
    CALIBRATION_ERROR = "calibration_error"
    MAE = "mae"
    RMSE = "rmse"
    R2 = "r2"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class CardOutput(_Part):
    """The number that the model answers."""

    name: OutputName
    meaning: str
    kind: Kind
    tensor: str | None = Field(default=None, description="output of the signature; needed only when there are several")


class Threshold(_Part):
    """What one figure must reach."""

    at_least: float | None = None
    at_most: float | None = None
    margin: float = Field(ge=0, description="how much worse than the replaced version on the same data, in its unit")

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("give exactly one of at_least and at_most")
        return self


class Card(_Part):
    """A model card; the folders in `examples` have one each.

    Sixteen rows of the held-out data become golden inputs, which whoever can read the store, or the `/docs` of the
    service, can read too. `golden: synthetic` keeps them out: readings are then drawn from the quantiles of the
    training data, feature by feature. These quantiles, with the least and the largest value, are in every manifest.
    """

    name: ModelName
    description: str = Field(min_length=1)
    label: str = Field(description="column of the held-out data with what really happened")
    features: tuple[Input, ...] = Field(min_length=1, description="in the model's order")
    output: CardOutput
    bands: Bands = ()
    thresholds: dict[Metric, Threshold] = Field(min_length=1)
    decision: float = Field(
        default=0.5, gt=0, lt=1, description="probability from which precision and recall count a yes"
    )
    golden: GoldenInputs = Field(default=GoldenInputs.HELD_OUT, description="where golden inputs come from")
    tolerance: float | None = Field(
        default=None, gt=0, description="of golden answers; default: 0.0001 of the largest answer, at least 1"
    )

    @model_validator(mode="after")
    def _columns_apart(self) -> Self:
        names = [feature.name for feature in self.features]
        if len(set(names)) != len(names):
            raise ValueError(f"feature names repeat: {', '.join(names)}")
        if self.label in names:
            raise ValueError(f"label {self.label!r} is also a feature")
        return self


def read_card(path: Path) -> Card:
    """Read a card.

    Raises:
        BadInput: it is absent, no YAML, or a field is missing, unknown or out of range.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput(f"{path}: there is no such model card; give one with --card") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(f"{path}: not a YAML file: {' '.join(str(error).split())}") from error
    try:
        return Card.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole card"
        message = first["msg"].removeprefix("Value error, ")
        given = "" if first["type"] == "missing" else f" (given: {str(first['input'])[:60]!r})"
        raise BadInput(f"{path}: {where}: {message}{given}") from error
