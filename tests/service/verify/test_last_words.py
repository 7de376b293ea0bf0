from pathlib import Path

import pytest

from service.verify.last_words import leave, say


def test_a_line_has_its_time(capsys: pytest.CaptureFixture[str]) -> None:
    say("it goes on")
    time, _, line = capsys.readouterr().out.partition(" ")
    assert (len(time), time.count(":"), line) == (8, 2, "it goes on\n")


def test_a_reason_becomes_one_line_that_kubernetes_keeps_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leave("was aborted:\n  " + "é" * 5000, tmp_path / "log")
    content = (tmp_path / "log").read_bytes()
    assert content.startswith("was aborted: éé".encode())
    assert len(content) < 4096
    assert "failed: was aborted: éé" in capsys.readouterr().out


def test_outside_of_kubernetes_the_log_has_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    leave("why", tmp_path / "no/such/folder")
    assert "failed: why" in capsys.readouterr().out
