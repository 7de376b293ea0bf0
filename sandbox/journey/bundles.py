"""The included model's versions, trained once per content of `examples/maintenance_predictor/`."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Final

from sandbox import lock
from sandbox.errors import SandboxError
from sandbox.journey.configuration import CHECKOUT
from sandbox.progress import step
from sandbox.state import State
from sandbox.toolchain import store

NAME: Final = "maintenance_predictor"


def trained(state: State) -> Path:
    """The folder with a bundle for each version.

    Raises:
        SandboxError: the training failed.
    """
    sources = sorted(path for path in (CHECKOUT / "examples" / NAME).rglob("*") if path.suffix in (".py", ".yaml"))
    versions = [f"{package} {version(package)}" for package in ("tensorflow-cpu", "keras", "numpy")]

    def train(folder: Path) -> None:
        with step(f"train {NAME}", 60):
            command = [sys.executable, "-m", f"examples.{NAME}.train", "--out", str(folder)]
            done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
            if done.returncode:
                raise SandboxError(f"{' '.join(command[1:])} failed", log=done.stderr[-2000:])

    with lock.exclusive(state, "toolchain"):  # two at once would take away what the other one is making
        return store.produce(state.models, store.key(*sources, *versions), train)
