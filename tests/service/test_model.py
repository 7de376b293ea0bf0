import math

import numpy as np
import pytest

from service.model import ModelRefused, check_golden_answers
from tests.service.fakes import FakeModel, manifest


def test_a_model_that_answers_as_published_is_accepted() -> None:
    check_golden_answers(FakeModel(), manifest())


@pytest.mark.parametrize("wrong", [0.8501, math.nan, math.inf])
def test_a_model_that_answers_otherwise_is_refused_with_both_numbers(wrong: float) -> None:
    with pytest.raises(ModelRefused, match=rf"answers {wrong}, published was 0\.85"):
        check_golden_answers(FakeModel(lambda rows: np.full(len(rows), wrong)), manifest())


def test_a_difference_within_the_tolerance_is_no_difference() -> None:
    check_golden_answers(FakeModel(lambda rows: np.full(len(rows), 0.85 + 9e-7)), manifest())


def test_rows_are_answered_alike_alone_and_together() -> None:
    reading = manifest().golden.inputs[0]
    golden = {"inputs": [reading, reading], "outputs": [0.85, 0.85], "tolerance": 1e-6}
    with pytest.raises(ModelRefused, match="golden reading"):
        check_golden_answers(FakeModel(lambda rows: rows[:, 0] / 100 + (len(rows) - 1)), manifest(golden=golden))
