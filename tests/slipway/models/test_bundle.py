from pathlib import Path

import pytest

from slipway.errors import BadInput
from slipway.models.bundle import Bundle


def saved_model(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"")
    return folder


def test_everything_is_expected_beside_the_model(tmp_path: Path) -> None:
    model = saved_model(tmp_path / "saved_model")
    expected = Bundle(model, tmp_path / "card.yaml", tmp_path / "holdout.csv", tmp_path / "training.csv")
    assert Bundle.find(model) == Bundle.find(tmp_path) == expected


def test_what_is_named_is_taken(tmp_path: Path) -> None:
    model = saved_model(tmp_path / "m")
    found = Bundle.find(model, card=Path("c"), holdout=Path("h"), training=Path("t"))
    assert found == Bundle(model, Path("c"), Path("h"), Path("t"))


def test_a_keras_file_is_a_model_too(tmp_path: Path) -> None:
    (tmp_path / "m.keras").write_bytes(b"")
    assert Bundle.find(tmp_path).model == Bundle.find(tmp_path / "m.keras").model == tmp_path / "m.keras"


@pytest.mark.parametrize("name", ["model.h5", "model.pkl", "", "nowhere"])
def test_other_formats_are_no_models(name: str, tmp_path: Path) -> None:
    (tmp_path / "model.h5").write_bytes(b"")
    (tmp_path / "model.pkl").write_bytes(b"")
    with pytest.raises(BadInput, match=r"no model; give the folder of a SavedModel .* or a \.keras file"):
        Bundle.find(tmp_path / name)


def test_of_two_models_one_must_be_named(tmp_path: Path) -> None:
    saved_model(tmp_path / "a")
    (tmp_path / "b.keras").write_bytes(b"")
    with pytest.raises(BadInput, match=r"more than one model \(a, b\.keras\)"):
        Bundle.find(tmp_path)
