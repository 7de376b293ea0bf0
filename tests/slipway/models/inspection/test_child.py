"""The child process with real models. Each call imports TensorFlow, so there are few."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from slipway.errors import Refused
from slipway.models.inspection.child import run
from slipway.models.inspection.limits import MEBIBYTE, Limits
from slipway.models.inspection.messages import Answers, Ask, Convert
from tests.slipway.models.conftest import sigmoid
from tests.slipway.models.manifests import manifest

ROWS = tuple((float(x1), float(x2)) for x1, x2 in np.random.default_rng(0).normal(size=(50, 2)))


def ask(folder: Path, limits: Limits | None = None) -> Answers:
    answers = run(Ask(folder=folder, manifest=manifest(), rows=ROWS), limits)
    assert answers is not None
    return answers


def test_a_good_model_answers(zoo: Path) -> None:
    answers = ask(zoo / "good")
    assert answers.outputs == pytest.approx([sigmoid(*row) for row in ROWS], abs=1e-5)
    assert answers.tensor == "p"


def test_a_dangerous_model_is_refused_with_the_reason(zoo: Path) -> None:
    with pytest.raises(Refused, match=r"operation WriteFile .* is not allowed: it writes files"):
        ask(zoo / "writes")
    assert not (zoo / "proof").exists()


def test_a_model_that_never_ends_is_ended(zoo: Path) -> None:
    with pytest.raises(Refused, match=r"ended the process .* \((SIGXCPU|SIGKILL).* 6 s of processor time"):
        ask(zoo / "spins", Limits(cpu_seconds=6))


def test_a_model_that_takes_too_long_is_ended(zoo: Path) -> None:
    with pytest.raises(Refused, match=r"took longer than 0\.1 s"):
        ask(zoo / "good", Limits(wall_seconds=0.1))


def test_a_model_that_needs_too_much_memory_is_refused(zoo: Path) -> None:
    with pytest.raises(Refused, match=r"fails on the held-out data: OOM when allocating tensor[^{}]*allocator \w+$"):
        ask(zoo / "devours", Limits(memory=4096 * MEBIBYTE))  # which is as much as it wants for one tensor


def test_a_keras_file_is_converted_to_the_same_bytes_each_time(zoo: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as both:
        tasks = [Convert(source=zoo / "functional.keras", target=tmp_path / name) for name in ("a", "b")]
        assert list(both.map(run, tasks)) == [None, None]
    files = [path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file()]
    assert len(files) == 3
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_the_child_dies_with_its_parent_and_has_no_credentials(zoo: Path, tmp_path: Path) -> None:
    job = Ask(folder=zoo / "spins", manifest=manifest(), rows=ROWS)
    code = (
        "import sys; from slipway.models.inspection.child import run; "
        "from slipway.models.inspection.messages import Ask; "
        "run(Ask.model_validate_json(sys.argv[1]))"
    )
    environment = os.environ | {"AWS_SECRET_ACCESS_KEY": "secret", "PYTHONPATH": "/nowhere", "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", code, job.model_dump_json()], env=environment) as parent:
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
        child = Path("/proc", _eventually(lambda: children.read_text().strip()))
        # Until it becomes its program it is a copy of its parent, whose command line has the name as well.
        _eventually(lambda: b"\0-m\0slipway.models.inspection" in (child / "cmdline").read_bytes())
        variables = dict(line.split("=", 1) for line in (child / "environ").read_text().split("\0") if line)
        _eventually(lambda: "NoNewPrivs:\t1" in (child / "status").read_text())
        parent.send_signal(signal.SIGKILL)
    assert not variables.keys() & {"AWS_SECRET_ACCESS_KEY", "PYTHONPATH"}
    assert variables["HOME"] == variables["TMPDIR"], "what lies in the user's home is not found by its default place"
    assert Path(variables["HOME"]).parent == tmp_path, "its home is its scratch folder"
    _eventually(lambda: _ended(child))


def _ended(process: Path) -> bool:
    try:
        return b"State:\tZ" in (process / "status").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return True


def _eventually(found: object) -> str:
    """Wait until the function gives something true, for as long as the test may take."""
    assert callable(found)
    while not (value := found()):
        time.sleep(0.02)
    return str(value)
