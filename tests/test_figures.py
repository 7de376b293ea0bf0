"""Figures are kept when all is well, and only then."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests import figures
from tests.figures import recorded


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(figures, "FOLDER", tmp_path)
    return tmp_path / "one.json"


def record(*, failed: int = 0, whole: tuple[str, ...] = (), **measured: int) -> None:
    session: Any = SimpleNamespace(testsfailed=failed)
    with recorded(session, "one", 7, whole) as found:
        found.update(measured)


def test_what_was_measured_is_written_with_its_circumstances(file: Path) -> None:
    record(lost=0)
    assert json.loads(file.read_text()).keys() == {"date", "machine", "seed", "lost"}


def test_nothing_is_written_when_a_test_has_failed(file: Path) -> None:
    record(failed=1, lost=0)
    assert not file.exists()


def test_a_part_makes_no_record(file: Path) -> None:
    record(whole=("lost", "kept"), lost=0)
    assert not file.exists()
    record(whole=("lost", "kept"), lost=0, kept=1)
    assert json.loads(file.read_text())["kept"] == 1


def test_a_fuller_record_is_kept(file: Path) -> None:
    record(lost=0, kept=1)
    record(lost=5)
    assert json.loads(file.read_text())["lost"] == 0
    record(lost=0, kept=2, more=3)
    assert json.loads(file.read_text())["kept"] == 2


def test_what_was_measured_is_told_but_not_written_when_a_test_fails_in_it(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def test() -> None:
        session: Any = SimpleNamespace(testsfailed=0)
        with recorded(session, "one", 7) as found:
            found["lost"] = 1
            raise AssertionError

    with pytest.raises(AssertionError):
        test()
    assert json.loads(capsys.readouterr().out)["lost"] == 1
    assert not file.exists()
