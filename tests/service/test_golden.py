import math

import numpy as np
import pytest

from service import golden
from service.costs import Costs
from service.model import ModelRefused
from service.tabular import Tabular
from tests.service.fakes import FakeModel, manifest, rows

SIZES = Costs({1: 1.0, 2: 1.0, 4: 1.0})


def check(model: FakeModel, **changes: object) -> None:
    published = manifest(**changes)
    golden.check(model, published, Tabular.of(published, model.inputs), SIZES)


def test_a_model_that_answers_as_published_is_accepted() -> None:
    check(FakeModel())


@pytest.mark.parametrize("wrong", [0.8501, math.nan, math.inf])
def test_a_model_that_answers_otherwise_is_refused_with_both_numbers(wrong: float) -> None:
    with pytest.raises(ModelRefused, match=rf"answers {wrong} in a call of 1, published was 0\.85"):
        check(FakeModel(lambda rows: np.full(len(rows), wrong)))


def test_a_difference_within_the_tolerance_is_no_difference() -> None:
    check(FakeModel(lambda rows: np.full(len(rows), 0.85 + 9e-7)))


def test_rows_are_answered_alike_in_calls_of_every_size() -> None:
    model = FakeModel(lambda rows: rows[:, 0] / 100 + (len(rows) == 4))
    with pytest.raises(ModelRefused, match="in a call of 4"):
        check(model)
    assert model.calls == [1, 2, 4]


def test_every_golden_reading_is_asked_at_every_size() -> None:
    inputs = [dict(zip(("temperature", "vibration", "pressure", "rpm"), (n, 0, 0, 0), strict=True)) for n in range(5)]
    asked: list[float] = []

    def answer(given: np.ndarray) -> np.ndarray:
        asked.extend(given[:, 0].tolist())
        return given[:, 0] / 100

    check(FakeModel(answer), golden={"inputs": inputs, "outputs": [n / 100 for n in range(5)], "tolerance": 1e-6})
    assert asked == [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 4, 0, 1, 2, 3, 4, 4, 4, 4]


def test_the_sample_is_a_reading_that_the_model_answers() -> None:
    published = manifest()
    tabular = Tabular.of(published, FakeModel().inputs)
    np.testing.assert_array_equal(tabular.rows(golden.sample(published, tabular)), rows([85.0, 2.5, 101.0, 3000]))
