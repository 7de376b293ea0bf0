"""Kills what runs in a container, as the kernel does."""

import os
import signal
from contextlib import suppress
from pathlib import Path


def kill(container: str) -> None:
    """Kill what runs in a container of this machine, as the kernel does when memory is short."""
    identity = container.rpartition("/")[2]
    found: list[int] = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if identity in (process / "cgroup").read_text():
                found.append(int(process.name))
        except OSError:  # it has ended meanwhile
            continue
    assert found, f"nothing runs in {container}"
    for process in found:
        with suppress(ProcessLookupError):  # the others end with the first
            os.kill(process, signal.SIGKILL)
