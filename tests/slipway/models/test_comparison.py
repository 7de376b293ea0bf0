"""A published version asked again, and when it cannot be."""

from pathlib import Path

import pytest

from modelstore.manifest import Manifest
from modelstore.store import Store
from modelstore.store_errors import DigestMismatch
from slipway.errors import Refused
from slipway.models.card import read_card
from slipway.models.comparison import Comparison, compare
from slipway.models.inspection import child
from slipway.models.inspection.messages import Ask
from slipway.models.publish import publish
from slipway.models.tables import read_table
from tests.slipway.models.conftest import CARD, WEIGHTS, MakeBundle, fake_model, write_table

THIRD = '  - {name: x0, unit: "1", minimum: -10, maximum: 10, description: one more}\n'


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"file://{tmp_path}/store"


@pytest.fixture
def before(make_bundle: MakeBundle, url: str, tmp_path: Path, play_models: list[Ask]) -> Manifest:
    return publish(make_bundle(fake_model(tmp_path / "model")), "1.0.0", url).manifest


def compared(before: Manifest, url: str, card: str, holdout: Path) -> Comparison:
    path = holdout.with_name("new.yaml")
    path.write_text(card)
    read = read_card(path)
    return compare(Store.open(url), before, read, read_table(holdout, read.features, read.label))


def test_the_same_data_gives_the_published_figures(before: Manifest, url: str, tmp_path: Path) -> None:
    again = compared(before, url, CARD, tmp_path / "holdout.csv")
    assert again == Comparison("1.0.0", before.evaluation.metrics)


def test_other_data_gives_other_figures(before: Manifest, url: str, tmp_path: Path) -> None:
    other = compared(before, url, CARD, write_table(tmp_path / "other.csv", seed=3))
    assert other.figures is not None
    assert other.figures != before.evaluation.metrics
    assert other.figures.keys() == before.evaluation.metrics.keys()


def test_a_version_is_given_its_own_features_in_its_own_order(
    before: Manifest, url: str, tmp_path: Path, play_models: list[Ask]
) -> None:
    table = (tmp_path / "holdout.csv").read_text().splitlines()
    (tmp_path / "wider.csv").write_text("\n".join(["x0," + table[0], *(f"7,{line}" for line in table[1:])]))
    card = CARD.replace("features:\n", "features:\n" + THIRD)
    again = compared(before, url, card, tmp_path / "wider.csv")
    assert again.figures == before.evaluation.metrics
    assert play_models[-1].rows == play_models[0].rows


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("name: x1", "name: x3", "it takes x1 in '1', which the card does not have"),
        ('name: x1, unit: "1"', "name: x1, unit: m", "it takes x1 in '1', which the card does not have"),
        ("name: p,", "name: q,", "its output is p, not q"),
    ],
)
def test_a_version_that_would_not_know_the_rows_is_not_asked(
    old: str, new: str, reason: str, before: Manifest, url: str, tmp_path: Path, play_models: list[Ask]
) -> None:
    holdout = tmp_path / "holdout.csv"
    holdout.write_text(holdout.read_text().replace("x1,", "x3,") if "x3" in new else holdout.read_text())
    assert compared(before, url, CARD.replace(old, new), holdout) == Comparison("1.0.0", None, reason)
    assert len(play_models) == 1, "only when it was published"


def test_a_version_that_is_refused_by_now_is_told(
    before: Manifest, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(task: Ask, limits: object) -> None:
        raise Refused("operation Old is not allowed")

    monkeypatch.setattr(child, "run", refuses)
    told = compared(before, url, CARD, tmp_path / "holdout.csv")
    assert told == Comparison("1.0.0", None, "operation Old is not allowed")


def test_a_version_with_other_files_than_published_is_never_run(
    before: Manifest, url: str, tmp_path: Path, play_models: list[Ask]
) -> None:
    (tmp_path / "store/tiny_model/1.0.0" / WEIGHTS).write_text("3.1")
    with pytest.raises(DigestMismatch, match=WEIGHTS):
        compared(before, url, CARD, tmp_path / "holdout.csv")
    assert len(play_models) == 1, "only when it was published"
