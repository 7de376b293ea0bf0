import re
from math import inf
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from infra.serving.analysis.comparison import LIMIT, Comparison, Counts

Numbers = NDArray[np.float64]

CANARY, STABLE = Counts("bad_canary", "every_canary"), Counts("bad_stable", "every_stable")


def value(promql: str, **series: Numbers | float) -> Numbers:
    """What an expression of these series gives; Prometheus' own arithmetic is tried in test_metrics.py."""
    python = promql.replace("on () group_left ()", "").replace("^", "**")
    assert set(re.findall(r"\b[a-z_]+", python)) <= {"sqrt", "clamp_min", "scalar", *series}
    known: dict[str, Any] = {"sqrt": np.sqrt, "clamp_min": np.maximum, "scalar": lambda one: one}  # pyright: ignore[reportUnknownLambdaType]
    return eval(python, {"__builtins__": {}}, known | series)  # noqa: S307 - our own expressions


def poisson(mean: float) -> Numbers:
    """The chance of each count, as far as it is one."""
    counts = np.arange(int(mean + 12 * mean**0.5 + 60))
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, len(counts))))])
    return np.exp(counts * np.log(mean) - mean - logs)


@pytest.mark.parametrize("rate", [1e-3, 1e-4, 1e-6])
@pytest.mark.parametrize("ratio", [1 / 9, 1, 4])
@pytest.mark.parametrize("allowed", [0, 1, 30])
def test_versions_that_are_as_far_apart_as_they_may_be_are_told_apart_no_more_often(
    rate: float, ratio: float, allowed: float
) -> None:
    # Counts of rare events; of others the chance of a large one is less. `ratio` is canary to stable, `allowed` the
    # margin in requests of the stable's.
    every = 1e6
    more = Comparison(rate=rate).more(CANARY, STABLE, allowed / every)
    for mean in np.geomspace(0.02, 250, 12):
        stable, canary = poisson(mean), poisson(ratio * (mean + allowed))
        needed = value(
            more,
            bad_canary=np.arange(len(canary), dtype=float)[None, :],
            bad_stable=np.arange(len(stable), dtype=float)[:, None],
            every_canary=ratio * every,
            every_stable=every,
        )
        assert float((stable[:, None] * canary[None, :] * (needed > LIMIT)).sum()) <= rate


def test_without_those_besides_too_many_would_be() -> None:
    # What the test above would have found: 0 of the stable's and 5 of the canary's, where 2 were to be expected.
    comparison = Comparison(rate=1e-4)
    without = comparison.more(CANARY, STABLE, 0).replace(f" + {comparison.besides:.6g}", "")
    stable, canary = poisson(4.0), poisson(36.0)
    needed = value(
        without,
        bad_canary=np.arange(len(canary), dtype=float)[None, :],
        bad_stable=np.arange(len(stable), dtype=float)[:, None],
        every_canary=9e6,
        every_stable=1e6,
    )
    assert float((stable[:, None] * canary[None, :] * (needed > LIMIT)).sum()) > 10 * 1e-4


@pytest.mark.parametrize(
    ("canary", "stable"),
    [((0, 0), (0, 0)), ((1, 1), (0, 0)), ((0, 0), (5, 5)), ((3, 3), (0, 1000)), ((0, 9000), (0, 1))],
)
def test_too_few_requests_prove_nothing(canary: tuple[float, float], stable: tuple[float, float]) -> None:
    found = value(
        Comparison(rate=1e-4).more(CANARY, STABLE, 0.01),
        bad_canary=canary[0], every_canary=canary[1], bad_stable=stable[0], every_stable=stable[1],
    )  # fmt: skip
    assert -inf < found < LIMIT


@pytest.mark.parametrize(("every", "needed"), [(100, 10), (400, 17), (1200, 31), (6000, 97)])
def test_so_many_bad_requests_are_too_many(every: float, needed: int) -> None:
    # Of a canary's 10 %, where none of the stable's was bad and 1 % more may be; the sandbox's rate.
    more = Comparison(rate=4.8e-5).more(CANARY, STABLE, 0.01)

    def found(bad: float) -> float:
        return float(value(more, **counted(bad, every, 0.0, 9 * every)))

    assert found(needed - 1) <= LIMIT < found(needed)


def test_what_has_one_cause_counts_once() -> None:
    many = value(Comparison(rate=1e-4, together=4).more(CANARY, STABLE, 0.0), **counted(400.0, 4000.0, 80.0, 4000.0))
    once = value(Comparison(rate=1e-4).more(CANARY, STABLE, 0.0), **counted(100.0, 1000.0, 20.0, 1000.0))
    assert many == pytest.approx(once, rel=1e-4)


def test_what_was_added_to_a_window_is_no_evidence() -> None:
    # 40 of 300 in three quarters of a window, which `increase` makes 400 of.
    added = value(Comparison(rate=1e-4, seen=0.75).more(CANARY, STABLE, 0.0), **counted(40.0, 400.0, 0.0, 1e9))
    seen = value(Comparison(rate=1e-4).more(CANARY, STABLE, 0.0), **counted(30.0, 300.0, 0.0, 1e9))
    assert added == pytest.approx(seen, rel=1e-4)


@pytest.mark.parametrize(("every", "quantile"), [(3.0, -1.0), (10.0, 0.22), (1000.0, 0.893), (1e6, 0.929)])
def test_with_more_answers_a_higher_quantile_has_to_be_below_the_stables(every: float, quantile: float) -> None:
    level = value(Comparison(rate=1e-4).level("canary", "stable", 0.07), canary=every, stable=9 * every)
    assert level < 0 if quantile < 0 else level == pytest.approx(quantile, abs=0.005)


def counted(bad_canary: float, every_canary: float, bad_stable: float, every_stable: float) -> dict[str, float]:
    return {
        "bad_canary": bad_canary, "every_canary": every_canary,
        "bad_stable": bad_stable, "every_stable": every_stable,
    }  # fmt: skip


def test_equal_distributions_are_told_apart_no_more_often() -> None:
    # Of 200 and 600 values, 4,000 times; Massart's bound is for the largest distance anywhere.
    random, rate = np.random.default_rng(20261130), 0.02
    further = Comparison(rate=rate).further("distance", "canary", "stable", 0.0)
    found = 0
    for _ in range(1000):
        canary, stable = np.sort(random.random(200)), np.sort(random.random(600))
        at = np.concatenate([canary, stable])
        shares = [np.searchsorted(one, at, side="right") / len(one) for one in (canary, stable)]
        found += bool(value(further, distance=float(abs(shares[0] - shares[1]).max()), canary=200, stable=600) > LIMIT)
    assert 0 < found <= rate * 1000
