"""The simulated fleet does what its documentation says."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from examples.maintenance_predictor.machine import REGIMES, SHARES, Mode, Readings, simulate


@pytest.fixture(scope="module")
def fleet() -> Readings:
    return simulate(40_000, seed=5)


def test_the_same_seed_gives_the_same_machines() -> None:
    one, same, other = simulate(100, seed=1), simulate(100, seed=1), simulate(100, seed=2)
    assert np.array_equal(one.features(), same.features())
    assert np.array_equal(one.failure, same.failure)
    assert not np.array_equal(one.features(), other.features())


def test_shares_of_modes_and_regimes_are_those_stated(fleet: Readings) -> None:
    assert sum(SHARES) == pytest.approx(1)
    assert sum(share for _, share in REGIMES) == pytest.approx(1)
    for mode, share in zip(Mode, SHARES, strict=True):
        assert np.mean(fleet.mode == mode) == pytest.approx(share, abs=0.01)


def test_readings_stay_within_the_card(fleet: Readings) -> None:
    card = yaml.safe_load((Path(__file__).parents[3] / "examples/maintenance_predictor/card.yaml").read_text())
    for feature in card["features"]:
        values = getattr(fleet, feature["name"])
        assert feature["minimum"] <= values.min() <= values.max() <= feature["maximum"]


def test_columns_are_in_the_order_of_the_card(fleet: Readings) -> None:
    card = yaml.safe_load((Path(__file__).parents[3] / "examples/maintenance_predictor/card.yaml").read_text())
    for index, feature in enumerate(card["features"]):
        assert np.array_equal(fleet.features()[:, index], getattr(fleet, feature["name"]))


@pytest.mark.parametrize(
    ("mode", "sensor", "direction"),
    [
        (Mode.BEARING_WEAR, "vibration", 1),
        (Mode.BEARING_WEAR, "temperature", 1),
        (Mode.OVERHEATING, "temperature", 1),
        (Mode.CAVITATION, "pressure", -1),
        (Mode.CAVITATION, "vibration", 1),
        (Mode.IMBALANCE, "vibration", 1),
    ],
)
def test_each_fault_shows_where_it_should(mode: Mode, sensor: str, direction: int, fleet: Readings) -> None:
    values = getattr(fleet, sensor)
    healthy = values[fleet.mode == Mode.HEALTHY]
    faulty = values[fleet.mode == mode]
    assert direction * (faulty.mean() - healthy.mean()) > 0.2 * healthy.std()


def test_imbalance_is_worst_near_the_critical_speed(fleet: Readings) -> None:
    unbalanced = fleet.mode == Mode.IMBALANCE
    near = unbalanced & (abs(fleet.rpm - 2200) < 150)
    far = unbalanced & (fleet.rpm < 1600)
    assert fleet.vibration[near].mean() > 2 * fleet.vibration[far].mean()


def test_pressure_follows_the_square_of_the_speed(fleet: Readings) -> None:
    healthy = fleet.mode == Mode.HEALTHY
    slow, fast = healthy & (abs(fleet.rpm - 1475) < 50), healthy & (abs(fleet.rpm - 2950) < 50)
    assert fleet.pressure[fast].mean() / fleet.pressure[slow].mean() == pytest.approx(4, rel=0.05)


def test_failures_are_rare_without_a_fault_and_never_certain(fleet: Readings) -> None:
    assert np.mean(fleet.failure[fleet.mode == Mode.HEALTHY]) == pytest.approx(0.005, abs=0.003)
    assert 0.05 < np.mean(fleet.failure) < 0.2
    hot = fleet.temperature > 100
    assert 0.8 < np.mean(fleet.failure[hot]) < 1
