"""Break one line in a copy of the checkout, and see which tests of its part notice."""

import contextlib
import os
import signal
import subprocess
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from tests.infra.stacks import CHECKOUT
from tests.mutation.breaks import Break
from tests.mutation.parts import PARTS

PATIENCE: Final = 1200  # seconds for a stage; a line that makes it hang is noticed by that


class Verdict(StrEnum):
    """What noticed a broken line first."""

    UNIT = "unit tests"
    CHECKS = "types and lint"
    CLUSTER = "tests on the sandbox"
    SURVIVED = "nothing"


@dataclass(frozen=True)
class Broken:
    """A line that is to be broken.

    Attributes:
        part: one of `PARTS`.
        path: its module, relative to the checkout.
        change: how it is broken.
    """

    part: str
    path: Path
    change: Break

    def __str__(self) -> str:
        return f"{self.path}:{self.change.line}: {self.change.before!r} → {self.change.after!r}"


class Copy:
    """A checkout of its own, with an environment of its own, in which lines are broken."""

    def __init__(self, folder: Path) -> None:
        """Clone what is committed into `folder`, which does not exist yet."""
        self._folder = folder
        subprocess.run(["git", "clone", "--quiet", CHECKOUT, folder], check=True)
        subprocess.run(["make", "--silent", ".venv/.complete"], cwd=folder, check=True, stdout=subprocess.DEVNULL)

    def try_out(self, broken: Broken) -> Verdict:
        """Break the line, ask the stages from cheap to dear until one fails, and mend it."""
        module = self._folder / broken.path
        whole = module.read_text()
        module.write_text(broken.change.source)
        try:
            return next((verdict for verdict in _STAGES if not self._passes(verdict, broken)), Verdict.SURVIVED)
        finally:
            module.write_text(whole)

    def _passes(self, stage: Verdict, broken: Broken) -> bool:
        log = self._folder.with_suffix(".log")
        with log.open("a") as output:
            for command in _commands(stage, broken):
                print(f"# {broken}: {' '.join(command)}", file=output, flush=True)
                if not self._ends_well(command, output.fileno()):
                    return False
        return True

    def _ends_well(self, command: list[str], output: int) -> bool:
        process = subprocess.Popen(
            command, cwd=self._folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
        try:
            # 5: nothing is selected, for the part has no test of this stage.
            return process.wait(PATIENCE) in (0, 5)
        except subprocess.TimeoutExpired:
            return False
        finally:
            # What a broken line made it leave behind.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


_STAGES: Final = (Verdict.UNIT, Verdict.CHECKS, Verdict.CLUSTER)


def _commands(stage: Verdict, broken: Broken) -> list[list[str]]:
    pytest = [".venv/bin/python", "-m", "pytest", "-q", "-x", *PARTS[broken.part]]
    match stage:
        case Verdict.UNIT:
            return [[*pytest, "-m", "not cluster and not life and not e2e and not soak"]]
        case Verdict.CHECKS:
            return [[".venv/bin/ruff", "check", str(broken.path)], [".venv/bin/basedpyright", str(broken.path)]]
        case Verdict.CLUSTER:
            return [[*pytest, "-m", "cluster"]]
        case Verdict.SURVIVED:
            return []
