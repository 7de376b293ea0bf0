"""What a program in a Job says: lines with their time, and at last why it failed, where Kubernetes keeps it."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

TERMINATION_LOG: Final = Path("/dev/termination-log")

LONGEST: Final = 4000
"""Bytes; Kubernetes keeps 4096 of a termination message."""


def say(line: str) -> None:
    """Write a line to the log."""
    print(f"{datetime.now(UTC):%H:%M:%S} {line}", flush=True)


def leave(reason: str, termination_log: Path) -> None:
    """Say why it failed, in one line, to the log and as the pod's last words."""
    line = " ".join(reason.split())
    say(f"failed: {line}")
    with suppress(OSError):  # there is none outside of Kubernetes
        termination_log.write_bytes(line.encode()[:LONGEST])
