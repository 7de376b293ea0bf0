"""Break one line in a copy of the checkout, and see which tests of its part notice."""

import contextlib
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from tests.infra.stacks import CHECKOUT
from tools.mutation.breaks import Break
from tools.mutation.parts import PARTS

PATIENCE: Final = 1200  # seconds for a command; a line that makes it hang is noticed by that
NOTHING_SELECTED: Final = 5  # pytest's exit code: the part has no test of this stage

# A broken line may end or unmount what isn't its own: so it sees no process but those it began, has a view of its own
# of what is mounted, and all of it ends with its first process. bash, for that one has to collect the others' dead.
_APART: Final = (
    *("unshare", "--pid", "--mount", "--mount-proc", "--fork", "--kill-child"),
    *("bash", "-c", '"$@"; exit $?', "apart"),
)


class Verdict(StrEnum):
    """What noticed a broken line first, from cheap to dear."""

    UNIT = "unit tests"
    CHECKS = "types and lint"
    CLUSTER = "tests on the sandbox"
    SURVIVED = "nothing"


_STAGES: Final = (Verdict.UNIT, Verdict.CHECKS, Verdict.CLUSTER)
_SANDBOX: Final = threading.Lock()


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
        self._log = folder.with_suffix(".log")
        subprocess.run(["git", "clone", "--quiet", CHECKOUT, folder], check=True)
        subprocess.run(["make", "--silent", ".venv/.complete"], cwd=folder, check=True, stdout=subprocess.DEVNULL)

    def prove(self, stage: Verdict, part: str) -> None:
        """See that a stage passes while nothing is broken.

        Raises:
            RuntimeError: it does not, so it could not tell anything; with the end of what it said.
        """
        if not self._is_whole(stage, part):
            said = "\n".join(self._log.read_text().splitlines()[-40:])
            raise RuntimeError(f"{part}: {stage} fail though nothing is broken:\n{said}")

    def try_out(self, broken: Broken) -> Verdict:
        """Break the line, ask the stages until one fails, and mend it."""
        module = self._folder / broken.path
        whole = module.read_text()
        module.write_text(broken.change.source)
        # That the change isn't formatted as people would do it tells nothing.
        subprocess.run([".venv/bin/ruff", "format", "--quiet", broken.path], cwd=self._folder, check=True)
        try:
            noticed = (stage for stage in _STAGES if not self._is_whole(stage, broken.part))
            return next(noticed, Verdict.SURVIVED)
        finally:
            module.write_text(whole)

    def _is_whole(self, stage: Verdict, part: str) -> bool:
        # The tests on the sandbox use its one cluster, in namespaces of fixed names.
        with _SANDBOX if stage is Verdict.CLUSTER else contextlib.nullcontext():
            return all(map(self._ends_well, _commands(stage, part)))

    def _ends_well(self, command: Sequence[str]) -> bool:
        with self._log.open("w") as log:
            process = subprocess.Popen(
                [*_APART, *command], cwd=self._folder, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
            try:
                return process.wait(PATIENCE) in (0, NOTHING_SELECTED)
            except subprocess.TimeoutExpired:
                return False
            finally:
                process.kill()
                process.wait()


def _commands(stage: Verdict, part: str) -> list[list[str]]:
    pytest = [".venv/bin/python", "-m", "pytest", "-q", "-x"]
    tests = PARTS[part]
    match stage:
        case Verdict.UNIT:
            return [[*pytest, "-m", "not cluster and not life and not e2e and not soak", *tests.alone]]
        case Verdict.CHECKS:
            return [["make", "--silent", "check"]]
        case Verdict.CLUSTER:
            return [[*pytest, "-m", "cluster", *tests.on_the_sandbox]] if tests.on_the_sandbox else []
        case Verdict.SURVIVED:
            return []
