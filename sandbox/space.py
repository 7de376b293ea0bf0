"""The disk that the toolchain and the sandbox need."""

import os
import shutil
from pathlib import Path
from typing import Final

from sandbox import driver
from sandbox.errors import BuildError
from sandbox.state import State

# GiB, of everything below the state directory at its fullest, with reserve. While tools are built: the build caches of
# all programs at once, the programs, images and Python packages. The set-up, which tells it at its end, took 31.7 GiB
# on 2026-11-29.
TO_BUILD: Final = 40
TO_RUN: Final = 12
_GIB: Final = 2**30
_BLOCK: Final = 512  # bytes; what stat(2) counts in, whatever the file system does


def check(state: State) -> None:
    """Refuse to begin where the disk can't hold the result. What an earlier run has left there counts as free.

    Raises:
        BuildError: too little is free; the message says how much and where.
    """
    built = (state.bin / "traefik").exists()
    if built and driver.recorded(state) is not None:
        return  # a sandbox that is there needs no more than it has, and may need to be repaired
    needed: float = TO_RUN if built else TO_BUILD
    free = _free(state.root)
    if free < needed:
        needed -= used(state.root)
    if free < needed:
        raise BuildError(
            f"{state.root} has {free:.1f} GiB free and {needed:.1f} are needed: free some, or set SLIPWAY_STATE to a "
            "folder on a larger disk"
        )


def used(folder: Path) -> float:
    """The GiB that files below `folder` take on the disk, each counted once however many names it has."""
    seen: set[tuple[int, int]] = set()
    blocks = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                found = os.lstat(os.path.join(place, name))
            except FileNotFoundError:
                continue  # it went while we looked
            if (found.st_dev, found.st_ino) not in seen:
                blocks += found.st_blocks
            if found.st_nlink > 1:
                seen.add((found.st_dev, found.st_ino))
    return blocks * _BLOCK / _GIB


def _free(folder: Path) -> float:
    existing = next(one for one in (folder, *folder.parents) if one.exists())
    return shutil.disk_usage(existing).free / _GIB
