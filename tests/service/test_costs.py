"""What a call is worth, found by calling."""

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest

from service.costs import LONGEST, TRIES, Costs, measure
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


def measured(model: Timed, limit: int = 64, longest: float = 100.0) -> Costs:
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
    assert measured(model, longest=0.025 / LONGEST).limit == 8
    assert max(model.calls) == 8


def test_every_size_is_called_once_before_it_is_measured() -> None:
    model = Timed(lambda rows: 0.001)
    measured(model, limit=2)
    assert model.calls == [1] * (TRIES + 1) + [2] * (TRIES + 1)


def test_a_slow_size_is_measured_less_often() -> None:
    model = Timed(lambda rows: 5.0)
    measured(model, limit=1)
    assert model.calls == [1, 1, 1]


def test_one_slow_call_while_a_pod_starts_says_nothing_of_its_model() -> None:
    model = Timed(lambda rows: 3.0 if len(model.calls) == 2 else 0.001)
    assert measured(model, limit=1).call(1) == pytest.approx(0.001)


def test_what_a_size_is_worth_its_quickest_call_says() -> None:
    model = Timed(lambda rows: 0.01 if rows == 64 and len(model.calls) % 3 else 0.001)
    costs = measured(model)
    assert costs.limit == 64
    assert costs.call(64) == pytest.approx(0.01)


@pytest.fixture
def clock() -> SimpleNamespace:
    return SimpleNamespace(now=0.0)


@pytest.fixture
def costs(clock: SimpleNamespace) -> Costs:
    return Costs({1: 0.01, 2: 0.015, 4: 0.02}, clock=lambda: clock.now)


@pytest.mark.parametrize(("rows", "size"), [(1, 1), (2, 2), (3, 4), (4, 4)])
def test_rows_are_padded_to_the_next_size(rows: int, size: int, costs: Costs) -> None:
    assert costs.size(rows) == size


@pytest.mark.parametrize(("rows", "seconds"), [(0, 0.0), (1, 0.01), (3, 0.02), (5, 0.03), (11, 0.06)])
def test_work_is_that_of_all_calls(rows: int, seconds: float, costs: Costs) -> None:
    assert costs.work(rows) == pytest.approx(seconds)


@pytest.mark.parametrize("size", [1, 2, 4])
def test_no_wait_is_longer_than_the_most(size: int, costs: Costs, clock: SimpleNamespace) -> None:
    for seconds in (0.3, 0.3, 0.001, 0.2, 0.0):
        for rows in range(12):
            assert costs.wait(rows) <= costs.most(rows) < costs.wait(rows) + 4.0
        costs.took(size, seconds)
        clock.now += 1.5


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


def test_that_the_loop_hears_late_of_a_call_says_nothing_of_the_model(costs: Costs) -> None:
    for _ in range(40):
        costs.took(1, 1.0, alone=0.01)
    assert costs.alone(1) == pytest.approx(0.01)
    assert costs.call(1) > 0.9


def test_what_slow_calls_have_left_is_forgotten_when_none_is_made(costs: Costs, clock: SimpleNamespace) -> None:
    for _ in range(10):
        costs.took(4, 0.3)
    assert costs.work(20) > 5 * 0.25
    clock.now += 10
    assert costs.work(20) == pytest.approx(5 * 0.02, rel=0.05)
    costs.took(4, 0.3)
    assert costs.call(4) < 0.05, "the next slow one is the first of its kind again"


def test_what_was_measured_is_not_forgotten(costs: Costs, clock: SimpleNamespace) -> None:
    clock.now += 3600
    assert [costs.call(rows) for rows in (1, 2, 4)] == [0.01, 0.015, 0.02]


def test_while_slow_calls_follow_each_other_nothing_is_forgotten(costs: Costs, clock: SimpleNamespace) -> None:
    for _ in range(30):
        clock.now += 3.0
        costs.took(1, 3.0)
    clock.now += 2.9  # and the next one runs
    assert costs.call(1) > 2.9


def test_whatever_was_measured_a_request_that_has_the_most_time_is_tried_at_last(clock: SimpleNamespace) -> None:
    costs = Costs({1: 20.0}, longest=5.0, clock=lambda: clock.now)
    assert costs.call(1) == 20.0
    clock.now += 60
    assert 4 < costs.call(1) < 5
    costs.took(1, 0.001)
    clock.now += 60
    assert costs.call(1) < 4.5, "what is known since then stays"
