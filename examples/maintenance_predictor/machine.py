"""A simulated fleet of motor-driven centrifugal pumps: what their sensors show, and which fail soon.

Four sensors per machine, at the drive-end bearing and the discharge flange. Every constant below states its
unit and where it comes from: a standard, a law of physics, or an assumption of ours, which no plant has
confirmed. The label is drawn, not computed, so that no model can be perfect: two machines with the same
readings have different fates.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NOMINAL_RPM: Final = 2950.0
"""r/min of a loaded two-pole motor on 50 Hz (synchronous 3000, about 2 % slip)."""

CRITICAL_RPM: Final = 2200.0
"""r/min of the first critical speed, crossed by machines on variable speed (assumption)."""

DAMPING: Final = 0.12
"""Damping ratio of that resonance (assumption; it amplifies about fourfold at its peak)."""

NOMINAL_PRESSURE: Final = 8.0
"""bar of gauge pressure at the discharge at nominal speed and no flow (assumption: one mid-size series)."""

HORIZON_HOURS: Final = 48
"""The label says whether the machine fails within so many hours: the article's time for an inspection."""


class Mode(IntEnum):
    """What is going wrong in a machine."""

    HEALTHY = 0
    BEARING_WEAR = 1
    OVERHEATING = 2
    CAVITATION = 3
    IMBALANCE = 4


SHARES: Final = (0.66, 0.11, 0.08, 0.08, 0.07)
"""Share of each mode among the readings (assumption): a third of the fleet has some beginning fault."""

REGIMES: Final = ((950.0, 0.15), (1475.0, 0.30), (2200.0, 0.15), (NOMINAL_RPM, 0.40))
"""Speeds in r/min at which machines are run, with their share: six-pole, four-pole, on variable speed, two-pole."""


@dataclass(frozen=True)
class Readings:
    """Sensor readings, one machine per row.

    Attributes:
        temperature: bearing housing, °C.
        vibration: velocity, mm/s RMS, 10 Hz to 1 kHz as ISO 20816 measures it.
        pressure: discharge gauge pressure, bar.
        rpm: shaft speed, r/min.
        failure: 1.0 when the machine fails within `HORIZON_HOURS`, else 0.0.
        mode: what is going wrong; no model sees this.
    """

    temperature: Floats
    vibration: Floats
    pressure: Floats
    rpm: Floats
    failure: Floats
    mode: NDArray[np.int64]

    def features(self) -> Floats:
        """Shape (n, 4), in the order of the article's request."""
        return np.column_stack([self.temperature, self.vibration, self.pressure, self.rpm])


def simulate(count: int, seed: int) -> Readings:
    """Draw `count` machines; the same seed gives the same machines."""
    rng = np.random.default_rng(seed)
    speeds, shares = zip(*REGIMES, strict=True)
    rpm = rng.choice(speeds, size=count, p=shares) * rng.normal(1.0, 0.02, count)
    load = rng.uniform(0.3, 1.0, count)
    ambient = rng.normal(22.0, 6.0, count)  # °C, indoors over a year
    mode = rng.choice(len(Mode), size=count, p=SHARES)
    severity = np.where(mode == Mode.HEALTHY, 0.0, rng.beta(1.3, 1.6, count))  # 0 is new, 1 is broken

    temperature = _temperature(rpm, load, ambient, mode, severity)
    vibration = _vibration(rpm, mode, severity)
    pressure = _pressure(rpm, load, mode, severity)
    failure = rng.random(count) < _failure_probability(mode, severity)

    # Sensors: PT100 class B with its mounting, accelerometer ±5 %, pressure gauge class 1.0, tachometer.
    temperature = temperature + rng.normal(0.0, 1.2, count)
    vibration = vibration * rng.lognormal(0.0, 0.12, count)  # includes what differs between healthy machines
    pressure = np.maximum(pressure + rng.normal(0.0, 0.10, count), 0.0)
    rpm = rpm + rng.normal(0.0, 3.0, count)
    return Readings(
        temperature=temperature.round(2),
        vibration=vibration.round(3),
        pressure=pressure.round(3),
        rpm=rpm.round(1),
        failure=failure.astype(np.float64),
        mode=mode,
    )


def _temperature(rpm: Floats, load: Floats, ambient: Floats, mode: NDArray[np.int64], severity: Floats) -> Floats:
    """In °C: friction losses grow with speed, and 70 °C is a usual healthy maximum for rolling bearings."""
    healthy = ambient + 10.0 + 28.0 * load * (rpm / NOMINAL_RPM)
    rise = np.where(mode == Mode.BEARING_WEAR, 32.0, np.where(mode == Mode.OVERHEATING, 65.0, 0.0))
    return healthy + rise * severity


def _vibration(rpm: Floats, mode: NDArray[np.int64], severity: Floats) -> Floats:
    """In mm/s RMS: ISO 20816-3, medium machines on rigid supports: good below 1.4, danger above 4.5."""
    ratio = rpm / CRITICAL_RPM
    # A rotor's unbalance excites with the square of the speed; near the critical speed it resonates.
    response = ratio**2 / np.sqrt((1.0 - ratio**2) ** 2 + (2.0 * DAMPING * ratio) ** 2)
    growth = np.select(
        [mode == Mode.BEARING_WEAR, mode == Mode.CAVITATION, mode == Mode.IMBALANCE],
        [6.5 * severity**1.5, 2.5 * severity, 2.2 * severity * response],
        0.0,
    )
    return 0.5 + 0.5 * (rpm / NOMINAL_RPM) + 0.12 * response + growth


def _pressure(rpm: Floats, load: Floats, mode: NDArray[np.int64], severity: Floats) -> Floats:
    """In bar: by the affinity laws it grows with the square of the speed, and more flow costs pressure."""
    healthy = NOMINAL_PRESSURE * (rpm / NOMINAL_RPM) ** 2 * (1.0 - 0.25 * load**2)
    return healthy * (1.0 - np.where(mode == Mode.CAVITATION, 0.6 * severity, 0.0))


def _failure_probability(mode: NDArray[np.int64], severity: Floats) -> Floats:
    """Within the horizon: 1 in 200 without any warning, and steeply more from two thirds of the way on."""
    steepness = np.where(mode == Mode.IMBALANCE, 9.0, 14.0)  # imbalance kills less predictably
    return 0.005 + np.where(mode == Mode.HEALTHY, 0.0, 0.97 / (1.0 + np.exp(-steepness * (severity - 0.62))))
