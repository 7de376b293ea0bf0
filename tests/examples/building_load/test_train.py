import runpy
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest

from slipway.models.card import read_card
from slipway.models.tables import read_table, seen_lines

FOLDER = Path(__file__).parents[3] / "examples" / "building_load"


def test_training_has_no_row_of_the_data_that_judges_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keras", Mock())  # which takes seconds, and nothing is trained here
    script = runpy.run_path(str(FOLDER / "train.py"))
    card = read_card(FOLDER / "card.yaml")
    for name, table in zip(("training", "holdout"), script["tables"](), strict=True):
        script["write"](table, tmp_path / f"{name}.csv")
    training, holdout = (
        read_table(tmp_path / f"{name}.csv", card.features, card.label) for name in ("training", "holdout")
    )
    assert (len(training.rows), len(holdout.rows) > 1490) == (6000, True)
    assert seen_lines(holdout, training) == []
