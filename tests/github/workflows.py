"""The workflow files, as parsed YAML."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml

from tests.infra.stacks import CHECKOUT

GITHUB: Final = CHECKOUT / ".github"
WORKFLOWS: Final = sorted((GITHUB / "workflows").glob("*.yml"))
PREPARE: Final = GITHUB / "actions/prepare/action.yml"

Object: TypeAlias = dict[str, Any]


@cache
def read(path: Path) -> Object:
    """A file. YAML takes the key `on` for true, and so does this."""
    return yaml.safe_load(path.read_text())


def workflow(name: str) -> Object:
    return read(GITHUB / "workflows" / f"{name}.yml")


@dataclass(frozen=True)
class Job:
    """A job of a workflow."""

    workflow: str
    name: str
    content: Object

    @property
    def steps(self) -> list[Object]:
        return self.content.get("steps", [])

    def __str__(self) -> str:
        return f"{self.workflow}/{self.name}"


def jobs() -> list[Job]:
    return [Job(path.stem, name, content) for path in WORKFLOWS for name, content in read(path)["jobs"].items()]


def steps() -> Iterator[Object]:
    """All steps, those of our own action too."""
    for job in jobs():
        yield from job.steps
    yield from read(PREPARE)["runs"]["steps"]


def lines(script: str) -> Iterator[str]:
    """The commands of a script, one by one."""
    for line in script.replace("\\\n", " ").splitlines():
        if line.strip() and not line.strip().startswith("#"):
            yield line.strip()


def commands(script: str) -> Iterator[list[str]]:
    """The lines of a script that call `slipway` or `make`, as words; of the shell's own syntax nothing is left."""
    for line in lines(script):
        plain = re.sub(r"\$\{\w+:\+([^}]*)\}", r"\1", line)
        words = shlex.split(re.sub(r">\s*\S+", "", plain))
        if words[0] in ("make", "slipway", ".venv/bin/slipway"):
            yield [words[0].rpartition("/")[2], *words[1:]]
