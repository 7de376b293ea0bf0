import json
import shutil
from pathlib import Path

import pytest

from modelstore.catalog import versions
from modelstore.store import Store
from slipway.errors import BadInput, Refused
from slipway.models.bundle import Bundle
from slipway.pipeline.published import Published, bundles, publish, validate
from tests.slipway.models.conftest import CARD, WEIGHTS, MakeBundle, fake_model

pytestmark = pytest.mark.usefixtures("play_models")


def say(text: str) -> None:
    pass


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(f"file://{tmp_path}/store", create=True)


@pytest.fixture
def models(make_bundle: MakeBundle, tmp_path: Path) -> Path:
    """A folder with two models."""
    bundle = make_bundle(fake_model(tmp_path / "saved_model"))
    for name in ("pump", "valve"):
        folder = tmp_path / "models" / name
        folder.mkdir(parents=True)
        shutil.copytree(bundle.model, folder / "saved_model")
        (folder / "card.yaml").write_text(CARD.replace("tiny_model", name))
        for table in (bundle.holdout, bundle.training):
            shutil.copy(table, folder)
    return tmp_path / "models"


def test_each_folder_with_a_card_is_a_model(models: Path) -> None:
    (models / "README.md").write_text("words")
    (models / "other").mkdir()
    found = bundles(models)
    assert list(found) == ["pump", "valve"]
    assert found["pump"] == Bundle.find(models / "pump")
    assert bundles(models / "none") == {}


def test_a_card_without_a_model_is_told(models: Path) -> None:
    shutil.rmtree(models / "pump/saved_model")
    with pytest.raises(BadInput, match="no model"):
        bundles(models)


def test_all_are_published_under_the_version_that_is_due(models: Path, store: Store) -> None:
    first = publish(models, store, say)
    assert {name: one.version for name, one in first.models.items()} == {"pump": "1.0.0", "valve": "1.0.0"}
    (models / "pump/saved_model" / WEIGHTS).write_text("2.9")
    second = publish(models, store, say)
    assert {name: one.version for name, one in second.models.items()} == {"pump": "1.1.0", "valve": "1.0.0"}
    assert second.models["valve"] == first.models["valve"]
    assert publish(models, store, say) == second


def test_what_was_published_is_read_back(models: Path, store: Store, tmp_path: Path) -> None:
    done, file = publish(models, store, say), tmp_path / "published.json"
    file.write_text(done.model_dump_json())
    assert Published.read(file) == done


@pytest.mark.parametrize("content", [None, "{}", json.dumps({"models": {"pump": {"version": "1", "manifest": "x"}}})])
def test_anything_else_is_wrong_input(content: str | None, tmp_path: Path) -> None:
    file = tmp_path / "published.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(BadInput, match=r"published\.json"):
        Published.read(file)


def test_one_that_fails_is_told_and_the_others_are_looked_at(models: Path, store: Store) -> None:
    (models / "pump/saved_model" / WEIGHTS).write_text("-3")
    told: list[str] = []
    with pytest.raises(Refused, match="roc_auc"):
        validate(models, store, told.append)
    assert any(one.startswith("✗ pump: ") for one in told)
    assert any(one.startswith("✓ valve is fit to be published") for one in told)
    with pytest.raises(Refused, match="roc_auc"):
        publish(models, store, say)
    assert versions(store, "pump") == []


def test_people_are_told_what_they_would_type(models: Path, store: Store) -> None:
    told: list[str] = []
    validate(models, store, told.append)
    publish(models, store, told.append)
    assert [one for one in told if one.startswith("$ ")] == [
        f"$ slipway model validate {models}/pump",
        f"$ slipway model validate {models}/valve",
        f"$ slipway model publish {models}/pump --version next",
        f"$ slipway model publish {models}/valve --version next",
    ]
