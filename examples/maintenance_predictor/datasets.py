"""What each version was trained on and is judged by: seeds and sizes, and tables as CSV files."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from examples.maintenance_predictor.machine import Readings, simulate

COLUMNS: Final = ("temperature", "vibration", "pressure", "rpm", "failure")


@dataclass(frozen=True)
class Recipe:
    """The data of a version; the seeds make machines that no other table has.

    Attributes:
        training_rows: readings to fit the weights with.
        seed: of the training data; the next one gives the validation data that stops the training.
    """

    training_rows: int
    seed: int

    def training(self) -> Readings:
        """The readings that the weights are fitted to."""
        return simulate(self.training_rows, self.seed)

    def validation(self) -> Readings:
        """The readings that say when to stop; a quarter as many."""
        return simulate(self.training_rows // 4, self.seed + 1)


RECIPES: Final = {
    "1.0.0": Recipe(training_rows=4_000, seed=1_000),  # the fleet's first months
    "1.1.0": Recipe(training_rows=24_000, seed=2_000),  # retrained on two years of it
}


def holdout() -> Readings:
    """Machines that no training and no choice has seen; the same for all versions, so figures compare."""
    return simulate(8_000, seed=9_000)


def write_csv(readings: Readings, path: Path) -> None:
    """Write one row per reading, with a header of `COLUMNS`."""
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row, failure in zip(readings.features().tolist(), readings.failure.tolist(), strict=True):
            writer.writerow([*row, int(failure)])
