"""The article's protocol: a reading is a JSON object of features, its answer one of the output and what it means.

`/predict` takes one, `/predict/batch` takes `{"readings": [...]}` and answers `{"predictions": [...]}`, in order.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import orjson

from service.errors import NoFiniteAnswer
from service.model import Tensors, count
from service.protocols import Values
from service.schemas import Answer, Schema
from service.tabular import Tabular

NOT_FINITE: Final = "The model gave no finite number for this reading"

PREDICT: Final = "/predict"
PREDICT_BATCH: Final = "/predict/batch"


@dataclass(frozen=True)
class OneReading:
    """`POST /predict`."""

    schema: Schema
    tabular: Tabular

    def decode(self, body: bytes) -> Tensors:
        """The one reading of a body."""
        return self.tensors([self.schema.reading(body)])

    def encode(self, answers: Tensors) -> bytes:
        """The one answer."""
        [content] = self.contents(answers, 1)
        if content is None:
            raise NoFiniteAnswer(NOT_FINITE)
        return content

    def values(self, body: bytes) -> Values | None:
        """What `tensors` makes tensors of; None for a body whose faults `decode` explains."""
        return self.schema.values(body)

    def tensors(self, values: Sequence[Values]) -> Tensors:
        """Several readings, a row for each."""
        return self.tabular.tensors(np.array(values, dtype=np.float64))

    def contents(self, answers: Tensors, rows: int) -> list[bytes | None]:
        """The answer to each row; None for one that is no finite number."""
        found = self.tabular.answers(answers, rows)
        return self.schema.contents(found)


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
        raise NoFiniteAnswer(NOT_FINITE)
    return [schema.answer(value) for value in values]
