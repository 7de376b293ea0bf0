"""Plugins of killed engines: they end by themselves, within seconds, and until then may still be making something."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sandbox.errors import EngineError
from sandbox.pulumi import installation
from sandbox.pulumi.plugins.serve import PARENT_VARIABLE
from sandbox.state import State

PATIENCE: Final = 30.0  # seconds
POLL: Final = 0.1  # seconds between looks


def outlive(state: State) -> None:
    """Return when no plugin of a killed engine of `state` is left.

    Raises:
        EngineError: one does not end.
    """
    deadline = time.monotonic() + PATIENCE
    while left := list(orphans(state)):
        if time.monotonic() > deadline:
            raise EngineError(
                f"process {left[0]} is a plugin of an engine that was killed, and does not end: "
                f"end it with `kill -9 {left[0]}`, then run this again"
            )
        time.sleep(POLL)


def orphans(state: State) -> Iterator[int]:
    """The process ids of plugins that were started by an engine of `state` which is not their parent any more."""
    home = f"PULUMI_HOME={installation.home(state)}"
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes().decode(errors="replace").split("\0")
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
        except OSError:  # it has just ended, or is another user's
            continue
        engine = next((item for item in environment if item.startswith(f"{PARENT_VARIABLE}=")), None)
        if engine and home in environment and engine != f"{PARENT_VARIABLE}={parent}":
            yield int(process.name)
