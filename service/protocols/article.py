"""The article's protocol: a reading is a JSON object of features, its answer one of the output and what it means.

`/predict` takes one, `/predict/batch` takes `{"readings": [...]}` and answers `{"predictions": [...]}`, in order.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import orjson

from service.errors import NoFiniteAnswer
from service.model import Tensors, count
from service.schemas import Answer, Schema
from service.tabular import Tabular

PREDICT: Final = "/predict"
PREDICT_BATCH: Final = "/predict/batch"


@dataclass(frozen=True)
class OneReading:
    """`POST /predict`."""

    schema: Schema
    tabular: Tabular

    def decode(self, body: bytes) -> Tensors:
        """The one reading of a body."""
        return self.tabular.tensors(np.array([self.schema.reading(body)], dtype=np.float64))

    def encode(self, answers: Tensors) -> bytes:
        """The one answer."""
        [answer] = _answers(self.schema, self.tabular, answers)
        return orjson.dumps(answer)


@dataclass(frozen=True)
class ManyReadings:
    """`POST /predict/batch`."""

    schema: Schema
    tabular: Tabular

    def decode(self, body: bytes) -> Tensors:
        """The readings of a body, at least one."""
        return self.tabular.tensors(np.array(self.schema.readings(body), dtype=np.float64))

    def encode(self, answers: Tensors) -> bytes:
        """The answers in the order of the readings."""
        return orjson.dumps({"predictions": _answers(self.schema, self.tabular, answers)})


def _answers(schema: Schema, tabular: Tabular, answers: Tensors) -> list[Answer]:
    values: list[float] = tabular.answers(answers, count(answers)).tolist()
    if not all(map(math.isfinite, values)):
        raise NoFiniteAnswer("The model gave no finite number for this reading")
    return [schema.answer(value) for value in values]
