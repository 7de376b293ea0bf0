"""Training as `make up` does it, in processes of its own."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import Mock

import pytest

from examples.maintenance_predictor import train as trainer
from examples.maintenance_predictor.datasets import RECIPES, holdout
from slipway.models.bundle import Bundle
from slipway.models.card import read_card
from slipway.models.tables import read_table
from tests.once import once

# As `python -m … --version 1.0.0`, with less to learn: how long it learns makes no difference here.
TRAIN = """
import sys
from pathlib import Path
from examples.maintenance_predictor import network
from examples.maintenance_predictor.train import train
network.MAX_EPOCHS = 2
train("1.0.0", Path(sys.argv[1]))
"""


def train(folder: Path) -> None:
    subprocess.run([sys.executable, "-c", TRAIN, str(folder)], check=True, capture_output=True)


@pytest.fixture(scope="module")
def trainings(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The same training twice, at the same time."""

    def make(folder: Path) -> None:
        with ThreadPoolExecutor(2) as both:
            list(both.map(train, (folder / "first", folder / "second")))

    folder = once(tmp_path_factory, "trainings", make)
    return [folder / name / "1.0.0" for name in ("first", "second")]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_training_again_gives_the_same_bytes(trainings: list[Path]) -> None:
    first, second = map(contents, trainings)
    assert len(first) > 5
    assert first == second


def test_a_bundle_has_all_that_publishing_needs(trainings: list[Path]) -> None:
    trained, _ = trainings
    assert {path.name for path in trained.parent.iterdir()} == {"1.0.0"}
    bundle = Bundle.find(trained)
    card = read_card(bundle.card)
    assert len(read_table(bundle.training, card.features, card.label).rows) == RECIPES["1.0.0"].training_rows
    assert len(read_table(bundle.holdout, card.features, card.label).rows) == len(holdout().failure)


def test_a_version_that_was_trained_before_is_replaced_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def export(_: object, folder: Path) -> None:
        folder.mkdir()

    # Without learning, it takes no time.
    monkeypatch.setitem(sys.modules, "examples.maintenance_predictor.network", Mock(export=export))
    for remains in ("1.0.0", ".1.0.0.partial"):
        (tmp_path / remains).mkdir()
        (tmp_path / remains / "old").touch()
    bundle = trainer.train("1.0.0", tmp_path)
    assert bundle == tmp_path / "1.0.0"
    assert {path.name for path in tmp_path.iterdir()} == {"1.0.0"}
    assert {path.name for path in bundle.iterdir()} == {"saved_model", "card.yaml", "holdout.csv", "training.csv"}


def test_bands_and_texts_are_those_of_the_article() -> None:
    card = read_card(Path(__file__).parents[3] / "examples/maintenance_predictor/card.yaml")
    assert [(band.below, band.risk_level, band.recommended_action) for band in card.bands] == [
        (0.3, "LOW", "Continue normal operation"),
        (0.7, "MEDIUM", "Schedule inspection within 48 hours"),
        (None, "HIGH", "Immediate maintenance required"),
    ]
    assert [feature.name for feature in card.features] == ["temperature", "vibration", "pressure", "rpm"]
    assert card.output.name == "failure_probability"


def test_no_version_shares_machines_with_the_data_that_judges_it() -> None:
    judged = {tuple(row) for row in holdout().features().tolist()}
    for recipe in RECIPES.values():
        for readings in (recipe.training(), recipe.validation()):
            assert not judged & {tuple(row) for row in readings.features().tolist()}


def test_the_retrained_version_has_more_data() -> None:
    assert RECIPES["1.1.0"].training_rows > RECIPES["1.0.0"].training_rows
