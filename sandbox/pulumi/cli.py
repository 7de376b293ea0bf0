"""Runs the Pulumi CLI with an environment that is the state directory's alone."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import EngineError
from sandbox.pulumi.environment import environment, program
from sandbox.state import State


@dataclass(frozen=True)
class Cli:
    """The Pulumi CLI, working in one folder.

    Attributes:
        state: where Pulumi's home, backend and passphrase are.
        folder: a folder with a Pulumi.yaml.
        signed_in: gives the variables of whoever does it, where that is not the sandbox's own AWS user.
    """

    state: State
    folder: Path
    signed_in: Callable[[], Mapping[str, str]] = dict[str, str]

    def command(self, *arguments: str) -> list[str]:
        """The command line for `pulumi ARGUMENTS`."""
        return [str(program(self.state)), *arguments, "--non-interactive", "--color=never", f"--cwd={self.folder}"]

    def variables(self) -> dict[str, str]:
        """The caller's environment, with Pulumi's settings replaced by ours: a stack must not depend on a shell."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")}
        # `aws`, which signs in at clusters of EKS, is beside this Python.
        ours = [str(self.state.bin), str(Path(sys.executable).parent)]
        path = os.pathsep.join([*ours, inherited.get("PATH", os.defpath)])
        return {**inherited, **environment(self.state), **self.signed_in(), "PATH": path}

    def run(self, *arguments: str) -> str:
        """What a short command prints.

        Raises:
            EngineError: it failed.
        """
        done = subprocess.run(
            self.command(*arguments),
            env=self.variables(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise EngineError(f"`pulumi {' '.join(arguments)}` failed", messages(done.stderr))
        return done.stdout


def messages(stderr: str) -> Sequence[str]:
    """The lines that the CLI itself wrote about a failure."""
    return [line.removeprefix("error: ") for line in stderr.splitlines() if line.strip()]
