import os
from pathlib import Path

import pytest

from slipway.errors import Refused
from slipway.models.inspection import files
from slipway.models.inspection.files import take_in


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    (folder / "variables").mkdir(parents=True)
    (folder / "assets").mkdir()  # TensorFlow makes it even if it stays empty
    for name in ("saved_model.pb", "fingerprint.pb", "variables/variables.index"):
        (folder / name).write_bytes(name.encode())
    (folder / "variables" / "variables.data-00000-of-00001").write_bytes(b"weights")
    return folder


def test_only_what_is_served_is_taken_in(model: Path, tmp_path: Path) -> None:
    take_in(model, tmp_path / "taken")
    taken = {str(p.relative_to(tmp_path / "taken")) for p in (tmp_path / "taken").rglob("*") if p.is_file()}
    assert taken == {"saved_model.pb", "variables/variables.index", "variables/variables.data-00000-of-00001"}


@pytest.mark.parametrize("name", ["assets/words.txt", "run.py", "variables/x", "assets.extra/a", "saved_model.pbtxt"])
def test_a_file_without_a_place_is_refused(name: str, model: Path, tmp_path: Path) -> None:
    (model / name).parent.mkdir(exist_ok=True)
    (model / name).write_bytes(b"")
    with pytest.raises(Refused, match=f"{name}: this file has no place in a SavedModel"):
        take_in(model, tmp_path / "taken")


def test_links_are_refused(model: Path, tmp_path: Path) -> None:
    (model / "saved_model.pb").unlink()
    (model / "saved_model.pb").symlink_to("/etc/passwd")
    with pytest.raises(Refused, match=r"saved_model\.pb: links and special files are not allowed"):
        take_in(model, tmp_path / "taken")


def test_a_folder_that_is_a_link_is_refused(model: Path, tmp_path: Path) -> None:
    (model / "variables").rename(tmp_path / "elsewhere")
    (model / "variables").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused, match="links and special files"):
        take_in(model, tmp_path / "taken")


def test_special_files_are_refused(model: Path, tmp_path: Path) -> None:
    (model / "saved_model.pb").unlink()
    os.mkfifo(model / "saved_model.pb")
    with pytest.raises(Refused, match="links and special files"):
        take_in(model, tmp_path / "taken")


def test_there_is_a_limit_on_files(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILES", 2)
    with pytest.raises(Refused, match="more than 2 files"):
        take_in(model, tmp_path / "taken")
    assert not (tmp_path / "taken").exists()


def test_there_is_a_limit_on_bytes(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (model / "saved_model.pb").open("r+b") as stream:
        stream.truncate(files.MAX_BYTES + 1)  # sparse, so it takes no disk
    with pytest.raises(Refused, match="or 1024 MiB"):
        take_in(model, tmp_path / "taken")
