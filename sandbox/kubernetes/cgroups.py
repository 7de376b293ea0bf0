"""The control group that holds every pod: by it their processes are found, whoever started them."""

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import Final

from sandbox.errors import SandboxError

ROOT: Final = Path("/sys/fs/cgroup")
ENDED_WITHIN: Final = 20.0  # seconds

WEIGHT: Final = 2
"""So many times what the kubelet gives to its pods. On a machine that is but a node the kubelet's 1,024 for each core
stand beside 1,024 for all its services; here every process of the machine has as many for itself, and a group that is
left as it is made weighs no more than one of them."""


def make(name: str) -> None:
    """Make the group in every hierarchy, with a weight by which pods get to answer their probes on a busy machine."""
    unified = ROOT / "cgroup.controllers"
    if unified.exists():
        wanted = " ".join(f"+{controller}" for controller in unified.read_text().split())
        (ROOT / "cgroup.subtree_control").write_text(wanted)
    for hierarchy in hierarchies():
        group = hierarchy / name
        group.mkdir(exist_ok=True)
        for setting in ("cpuset.cpus", "cpuset.mems"):
            # In version 1, a new group may use no processor at all until told which.
            if (hierarchy / setting).exists() and not (group / setting).read_text().strip():
                (group / setting).write_text((hierarchy / setting).read_text())
        for setting, of_a_core in (("cpu.shares", 1024), ("cpu.weight", 100)):  # version 1, and version 2
            if (group / setting).exists():
                (group / setting).write_text(str(WEIGHT * of_a_core * (os.cpu_count() or 1)))


def members(name: str) -> set[int]:
    """The ids of all processes in the group."""
    found: set[int] = set()
    for hierarchy in hierarchies():
        for folder, _, _ in os.walk(hierarchy / name):
            with contextlib.suppress(OSError):  # it went while we looked
                found.update(map(int, (Path(folder) / "cgroup.procs").read_text().split()))
    return found


def kill(name: str) -> None:
    """Kill every process in the group and wait until none is left.

    Raises:
        SandboxError: one does not end.
    """
    deadline = time.monotonic() + ENDED_WITHIN
    while living := members(name):
        for pid in living:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > deadline:
            raise SandboxError(f"processes {sorted(living)} of pods do not end: wait, then run this again")
        time.sleep(0.05)


def remove(name: str) -> None:
    """Remove the group, which must be empty, with all its children."""
    for hierarchy in hierarchies():
        for folder, _, _ in os.walk(hierarchy / name, topdown=False):
            _remove(Path(folder))


def hierarchies() -> list[Path]:
    """The root of each hierarchy: one with version 2; one for each controller, and often one more, with version 1."""
    mounts = (line.split() for line in Path("/proc/self/mounts").read_text().splitlines())
    return sorted({Path(mount[1]).resolve() for mount in mounts if mount[2] in {"cgroup", "cgroup2"}})


def _remove(group: Path) -> None:
    deadline = time.monotonic() + ENDED_WITHIN
    while True:
        try:
            group.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            # The kernel counts a killed process for a moment longer.
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
