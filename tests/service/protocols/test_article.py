"""The article's protocol as bytes and tensors."""

import json
import math

import numpy as np
import pytest

from service.errors import InvalidInput, NoFiniteAnswer
from service.protocols import Codec
from service.protocols.article import ManyReadings, OneReading
from service.schemas import Schema
from service.tabular import Tabular
from tests.service import fakes
from tests.service.fakes import INPUT, OUTPUT, READING, FakeModel

MANIFEST = fakes.manifest()
TABULAR = Tabular.of(MANIFEST, FakeModel().inputs)
SCHEMA = Schema.of(MANIFEST, TABULAR.largest())
ONE, MANY = OneReading(SCHEMA, TABULAR), ManyReadings(SCHEMA, TABULAR)


def test_a_reading_is_one_row() -> None:
    tensors = ONE.decode(json.dumps(READING).encode())
    np.testing.assert_array_equal(tensors[INPUT], [[85.0, 2.5, 101.0, 3000.0]])


def test_readings_are_rows_in_order() -> None:
    readings = [READING | {"temperature": each} for each in (1, 2, 3)]
    tensors = MANY.decode(json.dumps({"readings": readings}).encode())
    assert tensors[INPUT][:, 0].tolist() == [1, 2, 3]


def test_an_answer_is_the_articles() -> None:
    assert json.loads(ONE.encode({OUTPUT: np.array([0.85])})) == {
        "failure_probability": 0.85,
        "risk_level": "HIGH",
        "recommended_action": "Immediate maintenance required",
    }


def test_answers_are_in_order() -> None:
    answers = json.loads(MANY.encode({OUTPUT: np.array([[0.1], [0.9]])}))
    assert [each["failure_probability"] for each in answers["predictions"]] == [0.1, 0.9]


@pytest.mark.parametrize("codec", [ONE, MANY])
@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_no_answer_is_without_a_number(codec: Codec, number: float) -> None:
    with pytest.raises(NoFiniteAnswer):
        codec.encode({OUTPUT: np.array([number])})


@pytest.mark.parametrize("codec", [ONE, MANY])
@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"nan", b'{"readings": []}'])
def test_what_is_none_of_it_is_refused(codec: Codec, body: bytes) -> None:
    with pytest.raises(InvalidInput):
        codec.decode(body)
