"""Removes what the toolchain made: `make clean`."""

from pathlib import Path

from sandbox import files, lock
from sandbox.errors import BuildError
from sandbox.kubernetes import processes
from sandbox.progress import step
from sandbox.state import State


def remove(state: State, mounts: Path = Path("/proc/self/mounts")) -> None:
    """Remove the state directory, unless the sandbox runs or something is still mounted below it.

    Raises:
        SandboxError: it is in use; nothing was removed.
    """
    if not state.root.exists():
        return
    with lock.exclusive(state, "toolchain"), lock.exclusive(state):
        if running := processes.owned(state.cluster):
            raise BuildError(f"{running[0].component} (pid {running[0].pid}) is running: run `make down` first")
        below = f"{state.root.resolve()}/"
        mounted = [line.split()[1] for line in mounts.read_text().splitlines() if line.split()[1].startswith(below)]
        if mounted:
            raise BuildError(f"{mounted[0]} is still mounted: run `make down` first")
        with step(f"remove {state.root}"):
            # One by one: the rest is whole if this is cut off, and the next run finds it below the same root.
            for item in list(state.root.iterdir()):
                files.remove(item)
            state.root.rmdir()
