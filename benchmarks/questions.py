"""What each server is asked, all the same in its own words, and how its answer is read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import orjson

from benchmarks.errors import BenchmarkError

READING: Final[Mapping[str, float]] = {"temperature": 79.0, "vibration": 4.7, "pressure": 7.2, "rpm": 2890.0}
"""A reading of the included model, in the units of its card."""

ALIKE: Final = 1e-4
"""So far answers may be apart: one server computes in float32 what another does in float64."""

_NUMBER: Final = re.compile(rb"\d*\.\d+(?:[eE]-?\d+)?")


@dataclass(frozen=True, kw_only=True)
class Question:
    """A request.

    Attributes:
        path: where it is sent with POST.
        body: JSON.
    """

    path: str
    body: bytes


ARTICLES: Final = Question(path="/predict", body=orjson.dumps(dict(READING)))
BENTOML: Final = Question(path="/predict", body=orjson.dumps({"readings": [list(READING.values())]}))
V2: Final = Question(
    path="/v2/models/maintenance/infer",
    body=orjson.dumps(
        {
            "inputs": [
                {
                    "name": "readings",
                    "shape": [1, len(READING)],
                    "datatype": "FP32",
                    "data": list(READING.values()),
                }
            ]
        }
    ),
)


def probability(answer: bytes) -> float:
    """The answer's first number with a fraction: in no protocol is there another before it.

    Raises:
        BenchmarkError: it has none.
    """
    found = _NUMBER.search(answer)
    if found is None:
        raise BenchmarkError(f"no probability in the answer: {answer[:200]!r}")
    return float(found[0])


def check(name: str, answer: bytes, expected: bytes) -> None:
    """Refuse to compare servers that answer differently.

    Raises:
        BenchmarkError: this one does.
    """
    found, wanted = probability(answer), probability(expected)
    if abs(found - wanted) > ALIKE:
        raise BenchmarkError(f"{name} answers {found}, and the service {wanted}")
