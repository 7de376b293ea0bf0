"""What others have to say of the workflow files."""

import subprocess
import sys
from pathlib import Path

import pytest

from sandbox import state
from tests.github.workflows import GITHUB, WORKFLOWS
from tests.infra.stacks import CHECKOUT


def test_zizmor_finds_nothing() -> None:
    program = Path(sys.executable).with_name("zizmor")
    done = subprocess.run([program, "--offline", GITHUB], capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    # A file that it can't read is a warning to it, and no finding.
    assert (done.returncode, "No findings to report" in said, "WARN" in said) == (0, True, False), said


@pytest.mark.engine
def test_actionlint_finds_nothing() -> None:
    program = state.default().bin / "actionlint"
    done = subprocess.run([program, *WORKFLOWS], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_what_zizmor_says_and_isn_t_done_has_a_reason() -> None:
    lines = (GITHUB / "zizmor.yml").read_text().splitlines()
    for at, line in enumerate(lines):
        if line.strip() in ("disable: true", "ignore:"):
            assert lines[at - 1].strip().startswith("#")
    for path in WORKFLOWS:
        assert "zizmor: ignore" not in path.read_text()
