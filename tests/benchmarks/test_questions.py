"""Servers are asked the same, each in its own words, and are compared only if they answer the same."""

import orjson
import pytest

from benchmarks import questions
from benchmarks.errors import BenchmarkError
from benchmarks.questions import ARTICLES, BENTOML, READING, V2


@pytest.mark.parametrize(
    "answer",
    [
        b'{"failure_probability":0.731,"risk_level":"HIGH"}',
        b"[[0.73100001]]",
        b'{"model_name":"maintenance","id":"7c2","outputs":[{"name":"p","shape":[1,1],"data":[7.31e-1]}]}',
    ],
)
def test_an_answer_is_read_in_every_protocol(answer: bytes) -> None:
    questions.check("a server", answer, b'{"failure_probability":0.731}')


@pytest.mark.parametrize("answer", [b'{"failure_probability":0.733}', b'{"detail":"Model not loaded"}', b"1"])
def test_who_answers_something_else_is_not_compared(answer: bytes) -> None:
    with pytest.raises(BenchmarkError):
        questions.check("a server", answer, b'{"failure_probability":0.731}')


def test_all_are_asked_with_the_same_reading() -> None:
    assert orjson.loads(ARTICLES.body) == READING
    assert orjson.loads(BENTOML.body)["readings"] == [list(READING.values())]
    assert orjson.loads(V2.body)["inputs"][0]["data"] == list(READING.values())
