"""Finds the Python that a project wants its program run by.

`runtime.options` of Pulumi.yaml and PulumiPolicy.yaml decide, as with Pulumi's own host: `toolchain: uv`
means the environment beside the nearest `uv.lock` upwards, `virtualenv` names one, and without either the
program runs in the environment of this host. Other options (a type checker, for instance) are not used.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class InterpreterMissing(Exception):
    """The project names an environment that does not exist."""


@dataclass(frozen=True)
class Interpreter:
    """A Python program, and the virtual environment that it belongs to."""

    python: Path
    virtualenv: Path | None

    def activated(self, environment: Mapping[str, str]) -> dict[str, str]:
        """`environment` as it is inside the virtual environment."""
        if self.virtualenv is None:
            return dict(environment)
        path = f"{self.virtualenv / 'bin'}{os.pathsep}{environment.get('PATH', os.defpath)}"
        kept = {key: value for key, value in environment.items() if key != "PYTHONHOME"}
        return {**kept, "VIRTUAL_ENV": str(self.virtualenv), "PATH": path}


def find(root: Path, program: Path, options: Mapping[str, object]) -> Interpreter:
    """The interpreter for a program.

    Args:
        root: the folder of Pulumi.yaml.
        program: the folder of the program.
        options: `runtime.options` of Pulumi.yaml.

    Raises:
        InterpreterMissing: the environment that the options name is not there.
    """
    named = options.get("virtualenv")
    if named:
        virtualenv = root / str(named)
        remedy = "create it, or change runtime.options.virtualenv"
    elif options.get("toolchain") == "uv":
        virtualenv = _beside_lock(program) / ".venv"
        remedy = "run `uv sync`"
    else:
        return Interpreter(Path(sys.executable), None)
    python = virtualenv / "bin" / "python"
    if not python.exists():
        raise InterpreterMissing(f"no Python environment at {virtualenv}: {remedy}")
    return Interpreter(python, virtualenv)


def _beside_lock(program: Path) -> Path:
    for folder in (program, *program.parents):
        if (folder / "uv.lock").is_file():
            return folder
    raise InterpreterMissing(f"no uv.lock in {program} or above it: run `uv lock`, or drop runtime.options.toolchain")
