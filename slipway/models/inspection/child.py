"""The parent's side: start the child, wait, and turn whatever happened into answers or a refusal."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from pydantic import ValidationError

from slipway.errors import Refused
from slipway.models.inspection.limits import MEBIBYTE, Limits
from slipway.models.inspection.messages import Answers, Ask, Convert, Job, Outcome

_KEPT: Final = ("LANG", "PATH")
"""The only variables that the child inherits: no credentials, and no endpoints."""


def run(task: Convert | Ask, limits: Limits | None = None) -> Answers | None:
    """Do a task in a child process, and end that with everything it started.

    Returns:
        What the model answered; None for a conversion.

    Raises:
        Refused: the model was refused, broke a limit, or ended its process.
    """
    limits = limits or Limits()
    with TemporaryDirectory(prefix="slipway-") as scratch:
        job, outcome, log = (Path(scratch, name) for name in ("job.json", "outcome.json", "log"))
        job.write_text(Job(parent=os.getpid(), limits=limits, task=task).model_dump_json())
        # -I: neither the working directory nor PYTHON* variables decide what is imported.
        command = [sys.executable, "-I", "-m", "slipway.models.inspection", str(job), str(outcome)]
        with log.open("wb") as stream:
            process = subprocess.Popen(
                command,
                cwd=scratch,
                env=_environment(scratch),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )
            try:
                code = process.wait(limits.wall_seconds)
            except subprocess.TimeoutExpired:
                raise Refused(f"the model took longer than {limits.wall_seconds:g} s to load and to answer") from None
            finally:
                _end(process)
        return _read(outcome, code, log, limits)


def ask(task: Ask, limits: Limits | None = None) -> Answers:
    """Ask a model in a child process.

    Returns:
        An answer for each row.

    Raises:
        Refused: the model was refused, broke a limit, or its process did not answer each row.
    """
    answers = run(task, limits)
    if answers is None or len(answers.outputs) != len(task.rows):
        raise Refused("the model's process gave other answers than one per row of the held-out data")
    return answers


def _environment(scratch: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    # A home of its own: neither the user's credentials nor their Keras settings are where libraries look for them.
    places = {"HOME": scratch, "TMPDIR": scratch}
    return kept | places | {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "KERAS_BACKEND": "tensorflow"}


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):  # it has ended, with all of its session
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _read(path: Path, code: int, log: Path, limits: Limits) -> Answers | None:
    if code == 0 and path.is_file():
        try:
            outcome = Outcome.model_validate_json(path.read_bytes())
        except ValidationError as error:
            raise Refused(f"the model's process answered what it never should: {error.errors()[0]['msg']}") from error
        if outcome.refused is not None:
            raise Refused(outcome.refused)
        return outcome.answers
    how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    last = (log.read_text(errors="replace").strip().splitlines() or ["it said nothing"])[-1][:200]
    raise Refused(
        f"the model ended the process that examined it ({how}: {last}); it may use {limits.memory // MEBIBYTE} MiB "
        f"of memory and {limits.cpu_seconds} s of processor time"
    )
