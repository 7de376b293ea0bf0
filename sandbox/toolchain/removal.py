"""Removes what the toolchain made: `make clean`."""

import shutil
from pathlib import Path

from sandbox.progress import step
from sandbox.state import State
from sandbox.toolchain.golang import BuildError


def remove(state: State, mounts: Path = Path("/proc/self/mounts")) -> None:
    """Remove the state directory, unless something is still mounted below it.

    Raises:
        BuildError: a mount is left, so the sandbox may be running; nothing was removed.
    """
    if not state.root.exists():
        return
    below = f"{state.root.resolve()}/"
    mounted = [line.split()[1] for line in mounts.read_text().splitlines() if line.split()[1].startswith(below)]
    if mounted:
        raise BuildError(f"{mounted[0]} is still mounted: run `make down` first")
    with step(f"remove {state.root}"):
        shutil.rmtree(state.root)
