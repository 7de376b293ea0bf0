"""State directories in which the real CLI works, apart from the user's."""

import os
import shutil
from pathlib import Path

from sandbox import state as locations
from sandbox.pulumi import prepare
from sandbox.state import State


def installed(folder: Path) -> State:
    """Make `folder` a state directory with the CLI that the toolchain built and this checkout's plugins."""
    built, state = locations.default().bin / "pulumi", State(folder)
    state.bin.mkdir()
    try:
        os.link(built, state.bin / "pulumi")
    except OSError:  # on another file system
        shutil.copy2(built, state.bin / "pulumi")
    prepare(state)
    return state
