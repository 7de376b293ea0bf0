"""State directories in which the real CLI works, apart from the user's."""

import os
import shutil
from pathlib import Path
from typing import Final

from sandbox import state as locations
from sandbox.pulumi import prepare
from sandbox.state import State

PROGRAMS: Final = ("pulumi", "pulumi-resource-kubernetes")


def installed(folder: Path) -> State:
    """Make `folder` a state directory with the CLI and the plugins that the toolchain built, and this checkout's."""
    state = State(folder)
    state.bin.mkdir()
    for program in PROGRAMS:
        built = locations.default().bin / program
        try:
            os.link(built, state.bin / program)
        except OSError:  # on another file system
            shutil.copy2(built, state.bin / program)
    prepare(state)
    return state
