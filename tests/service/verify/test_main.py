"""The program: its exit code, its lines, its last words."""

import subprocess
import sys
from pathlib import Path

import pytest

from service.verify import __main__ as program
from service.verify.wanted import VerificationFailed
from tests.service.verify.test_wanted import ENVIRONMENT


@pytest.fixture
def termination_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(program.ApiServer, "from_pod", lambda _: None)  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType] stands for a cluster
    return tmp_path / "termination-log"


def test_a_release_that_is_served_exits_with_0(termination_log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program.Verification, "run", lambda self: self.say("served"))  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType, reportUnknownMemberType] a stub
    assert program.main(termination_log) == 0
    assert not termination_log.exists()


def test_a_release_that_is_not_served_leaves_the_reason_as_one_line(
    termination_log: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> None:
        raise VerificationFailed("was aborted:\n  " + "é" * 5000)

    monkeypatch.setattr(program.Verification, "run", fail)
    assert program.main(termination_log) == 1
    content = termination_log.read_bytes()
    assert content.startswith("was aborted: éé".encode())
    assert len(content) < 4096
    assert "failed: was aborted: éé" in capsys.readouterr().out


def test_it_needs_nothing_but_the_standard_library() -> None:
    code = "import sys, service.verify.__main__; print([m for m in sys.modules if 'site-packages' in "
    code += "str(getattr(sys.modules[m], '__file__', ''))])"
    result = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=Path(__file__).parents[3], capture_output=True, text=True, check=False
    )
    assert (result.stdout.strip(), result.stderr) == ("[]", "")
