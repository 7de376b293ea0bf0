"""Runs the system's own programs."""

import os
import subprocess
from collections.abc import Sequence

from sandbox.errors import SandboxError
from sandbox.kubernetes.processes import SYSTEM_PATH


def run(argv: Sequence[str], given: str | None = None) -> str:
    """Run a program to its end and return its output.

    Args:
        argv: program and arguments.
        given: its standard input.

    Raises:
        SandboxError: it isn't there or fails; the message is the last line of what it said.
    """
    try:
        done = subprocess.run(
            argv,
            input=given,
            env={**os.environ, "PATH": SYSTEM_PATH, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise SandboxError(f"{argv[0]} is not installed: run `make setup`") from None
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise SandboxError(f"`{' '.join(argv)}` failed: {said.splitlines()[-1] if said else done.returncode}", said)
    return done.stdout
