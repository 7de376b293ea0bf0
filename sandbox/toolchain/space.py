"""The disk that the toolchain needs, checked before anything is downloaded."""

import shutil
from typing import Final

from sandbox.state import State
from sandbox.toolchain.golang import BuildError

# With the build caches of all programs at once (17 GiB, by `du`), the programs, images and Python packages.
TO_BUILD: Final = 30
TO_RUN: Final = 12


def check(state: State) -> None:
    """Refuse to begin where the disk can't hold the result.

    Raises:
        BuildError: too little is free; the message says how much and where.
    """
    state.root.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(state.root).free / 2**30
    needed = TO_RUN if (state.bin / "traefik").exists() else TO_BUILD
    if free < needed:
        raise BuildError(
            f"{state.root} has {free:.0f} GiB free and {needed} are needed: free some, or set SLIPWAY_STATE to a "
            "folder on a larger disk"
        )
