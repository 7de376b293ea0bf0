"""Runs the programs that tools are built with, and tells in one line why one failed and what to do."""

import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from sandbox.errors import BuildError

LAST_LINES: Final = 15  # of what a failed program said

# What programs say when it isn't the fault of what they build, and what to do then.
_REMEDIES: Final = {
    r"no space left on device|have enough free space": (
        "the disk is full: free some, or set SLIPWAY_STATE to a folder on a larger one, and run this again"
    ),
    r"could not get lock|unable to lock|locked by another process": (
        "another package manager is at work: run this again once it is done"
    ),
    r"dial tcp|no such host|connection (refused|reset|timed out|failed)|i/o timeout|tls handshake timeout"
    r"|could(n't| not) (resolve|connect|download)|temporary failure|unable to connect|failed (to fetch|getting)"
    r"|unable to locate package|\b(429|50[0234]) ": (
        "a registry does not answer: run this again once it does, and what is complete is kept"
    ),
}
_OTHERWISE: Final = "run this again once the cause is gone, and what is complete is kept"


def run(
    argv: Sequence[str], what: str, *, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> str:
    """Run a program to its end and return its output.

    Args:
        argv: program and arguments.
        what: how people call it: `go build`.
        cwd: its working directory; ours, if None.
        environment: all its variables; ours, if None.

    Raises:
        BuildError: it failed.
    """
    done = subprocess.run(
        argv,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise BuildError(f"{what} failed: {remedy(said)}", "\n".join(said.splitlines()[-LAST_LINES:]))
    return done.stdout


def remedy(said: str) -> str:
    """What to do about a program that failed with these words."""
    found = (remedy for pattern, remedy in _REMEDIES.items() if re.search(pattern, said, re.IGNORECASE))
    return next(found, _OTHERWISE)
