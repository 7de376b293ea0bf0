"""`python -m infra.platform.crds`, with a `go` on PATH that answers as the real one does."""

import json
import sys
from pathlib import Path

import pytest

from infra.platform.crds import __main__ as command
from infra.platform.crds import lock


@pytest.fixture
def go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The script that is called as `go`, which a test writes."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setattr(command, "_module", command._module.__wrapped__)  # pyright: ignore[reportPrivateUsage] - without its cache
    (tmp_path / "bin").mkdir()
    return tmp_path / "bin" / "go"


def answers(go: Path, answer: object, code: int = 0) -> None:
    go.write_text(f"#!/bin/sh\necho \"$@\" >> {go}.asked\ncat <<'END'\n{json.dumps(answer)}\nEND\nexit {code}\n")
    go.chmod(0o755)


def test_the_modules_of_the_lock_are_asked_for_at_their_versions(
    go: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers(go, {"Dir": str(tmp_path)})
    assert command.main(["fetch", str(tmp_path / "crds")]) == 1  # that module is empty
    first = lock.entries()[0]
    assert capsys.readouterr().err == f"{tmp_path / first.source} can't be read (No such file or directory)\n"
    assert Path(f"{go}.asked").read_text() == f"mod download -json {first.module}@{first.version}\n"


def test_a_download_that_fails_is_one_line_with_gos_reason(
    go: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers(go, {"Error": "dial tcp: no such host"}, code=1)
    assert command.main(["fetch", str(tmp_path / "crds")]) == 1
    assert capsys.readouterr().err.endswith(" can't be downloaded: dial tcp: no such host\n")


def test_without_one_on_path_our_own_go_is_taken(go: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(go, {"Error": "none"}, code=1)
    monkeypatch.setenv("PATH", "/bin")
    monkeypatch.setattr(sys, "executable", str(go.with_name("python")))
    assert command.main(["fetch", str(tmp_path / "crds")]) == 1
    assert Path(f"{go}.asked").exists()


def test_a_machine_without_go_is_told_to_get_it(
    go: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(go.with_name("python")))
    assert not go.exists()
    assert command.main(["fetch", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("`go` is not on PATH: install Go")


@pytest.mark.parametrize("arguments", [[], ["fetch"], ["bring", "here"]])
def test_anything_else_is_told_how_it_is_used(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(arguments) == 2
    assert capsys.readouterr().err == "usage: python -m infra.platform.crds fetch FOLDER\n"
