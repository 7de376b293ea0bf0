"""Commands on a sandbox that runs; a failure of one is a failure of the test that asks."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from sandbox import state as states
from sandbox.state import State

PATIENCE: Final = 600  # seconds; what takes longer hangs


def kubectl(*arguments: str, given: str | None = None, state: State | None = None) -> str:
    """What kubectl prints, as the administrator of the default sandbox or of the one in `state`."""
    state = state or states.default()
    return _printed([str(state.bin / "kubectl"), f"--kubeconfig={state.kubeconfig}", *arguments], given=given)


def sandbox(*arguments: str, root: Path | None = None) -> str:
    """What `python -m sandbox` prints, for the default state directory or for `root`."""
    return _printed([sys.executable, "-m", "sandbox", *arguments], root=root)


def _printed(command: list[str], given: str | None = None, root: Path | None = None) -> str:
    done = subprocess.run(
        command,
        env={**os.environ, **({"SLIPWAY_STATE": str(root)} if root else {})},
        input=given,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
    return done.stdout
