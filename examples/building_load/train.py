"""A plain Keras script that knows nothing of Slipway: the electric load of an office building.

    python train.py DIR

writes DIR/model.keras, DIR/training.csv and DIR/holdout.csv. With `card.yaml` beside them, that is all that
`slipway model publish DIR --version 1.0.0` needs. The data is simulated.
"""

import csv
import sys
from pathlib import Path

import keras
import numpy as np

WORKDAYS, OPENS, CLOSES = 5, 7, 19

COLUMNS = ["outdoor_temperature", "solar_radiation", "hour", "weekday", "occupants", "load"]


def simulate(count: int, seed: int) -> np.ndarray:
    """Readings of the building management system, and the load that the meter then showed."""
    rng = np.random.default_rng(seed)
    hour = rng.integers(0, 24, count)
    weekday = rng.integers(0, 7, count)
    open_ = (weekday < WORKDAYS) & (hour >= OPENS) & (hour < CLOSES)
    occupants = np.where(open_, rng.binomial(240, 0.7, count), rng.binomial(12, 0.3, count))
    temperature = rng.normal(12, 9, count) + 4 * np.sin((hour - 9) / 24 * 2 * np.pi)
    sun = np.maximum(0, 700 * np.sin((hour - 6) / 12 * np.pi)) * rng.uniform(0.1, 1, count)
    base = 35 + 0.18 * occupants
    cooling = 3.1 * np.maximum(0, temperature + sun / 120 - 21)
    heating = 1.6 * np.maximum(0, 14 - temperature)
    load = base + cooling + heating + rng.normal(0, 4, count)
    table = np.column_stack([temperature.round(1), sun.round(0), hour, weekday, occupants, load.round(2)])
    return table.clip([-30, 0, 0, 0, 0, 0], [50, 1200, 23, 6, 400, 1000])


def tables() -> tuple[np.ndarray, np.ndarray]:
    """Training and held-out data; rounded as they are, a quiet night can look like another, and is left out then."""
    training = simulate(6000, 1)
    known = set(map(tuple, training.tolist()))
    return training, np.array([row for row in simulate(1500, 2).tolist() if tuple(row) not in known])


def write(table: np.ndarray, path: Path) -> None:
    """Write a table with its header."""
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([[f"{value:g}" for value in row] for row in table.tolist()])


def main(folder: Path) -> None:
    """Train, and write everything."""
    folder.mkdir(parents=True, exist_ok=True)
    training, holdout = tables()
    keras.utils.set_random_seed(1)
    normalization = keras.layers.Normalization()
    normalization.adapt(training[:, :5])
    model = keras.Sequential(
        [
            keras.Input((5,)),
            normalization,
            keras.layers.Dense(32, activation="gelu"),
            keras.layers.Dense(32, activation="gelu"),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
    model.fit(training[:, :5], training[:, 5], batch_size=128, epochs=25, verbose=0)
    model.save(folder / "model.keras")
    write(training, folder / "training.csv")
    write(holdout, folder / "holdout.csv")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
