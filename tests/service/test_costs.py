"""What a call is worth, found by calling."""

from collections.abc import Callable

import numpy as np
import pytest

from service.costs import TRIES, Costs, measure
from service.model import Tensors
from tests.service.fakes import INPUT, OUTPUT, FakeModel

SAMPLE = {INPUT: np.array([[85.0, 2.5, 101.0, 3000.0]])}


class Timed(FakeModel):
    """A model whose calls take what a function of their rows says, on a clock of their own."""

    def __init__(self, seconds: Callable[[int], float], row_limit: int | None = None) -> None:
        super().__init__(row_limit=row_limit)
        self.now = 0.0
        self.cost = seconds

    def predict(self, tensors: Tensors) -> Tensors:
        rows = len(tensors[INPUT])
        self.calls.append(rows)
        self.now += self.cost(rows)
        return {OUTPUT: np.zeros(rows)}


def measured(model: Timed, limit: int = 64, longest: float = 10.0) -> Costs:
    return measure(model, SAMPLE, limit=limit, longest=longest, clock=lambda: model.now)


def a_call_costs_the_same(_: int) -> float:
    return 0.01


def a_row_costs_the_same(rows: int) -> float:
    return 0.01 * rows


def there_is_room_for_eight(rows: int) -> float:
    return 0.01 * max(1, rows / 8)


@pytest.mark.parametrize(
    ("seconds", "limit"), [(a_call_costs_the_same, 64), (a_row_costs_the_same, 1), (there_is_room_for_eight, 8)]
)
def test_as_many_rows_are_called_together_as_are_worth_it(seconds: Callable[[int], float], limit: int) -> None:
    assert measured(Timed(seconds)).limit == limit


def test_a_model_without_an_axis_for_rows_gets_one_at_a_time() -> None:
    model = Timed(lambda rows: 0.01, row_limit=1)
    assert measured(model).sizes == (1,)
    assert set(model.calls) == {1}


def test_no_more_than_the_limit_is_tried() -> None:
    assert measured(Timed(lambda rows: 0.01), limit=20).sizes == (1, 2, 4, 8, 16)


def test_a_call_that_is_too_long_is_the_last_that_is_tried() -> None:
    model = Timed(lambda rows: 0.01 * rows**0.5)
    assert measured(model, longest=0.025).limit == 8
    assert max(model.calls) == 8


def test_every_size_is_called_once_before_it_is_measured() -> None:
    model = Timed(lambda rows: 0.001)
    measured(model, limit=2)
    assert model.calls == [1] * (TRIES + 1) + [2] * (TRIES + 1)


def test_a_slow_size_is_measured_less_often() -> None:
    model = Timed(lambda rows: 5.0)
    measured(model, limit=1)
    assert model.calls == [1, 1]


@pytest.fixture
def costs() -> Costs:
    return Costs({1: 0.01, 2: 0.015, 4: 0.02})


@pytest.mark.parametrize(("rows", "size"), [(1, 1), (2, 2), (3, 4), (4, 4)])
def test_rows_are_padded_to_the_next_size(rows: int, size: int, costs: Costs) -> None:
    assert costs.size(rows) == size


@pytest.mark.parametrize(("rows", "seconds"), [(0, 0.0), (1, 0.01), (3, 0.02), (5, 0.03), (11, 0.06)])
def test_work_is_that_of_all_calls(rows: int, seconds: float, costs: Costs) -> None:
    assert costs.work(rows) == pytest.approx(seconds)


def test_the_rate_is_that_of_full_calls(costs: Costs) -> None:
    assert costs.rate == pytest.approx(200)


def test_one_call_that_was_held_up_says_little(costs: Costs) -> None:
    costs.took(1, 10.0)
    assert costs.call(1) < 0.02


def test_a_model_that_becomes_slow_is_soon_known_and_believed_again_later(costs: Costs) -> None:
    for _ in range(10):
        costs.took(1, 0.1)
    assert costs.call(1) > 0.09
    for _ in range(10):
        costs.took(1, 0.01)
    assert 0.05 < costs.call(1) < 0.09
    assert costs.call(2) == 0.015
