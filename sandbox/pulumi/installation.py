"""Installs this checkout's plugins where the Pulumi CLI looks for them.

Provider plugins go into the plugin cache of a private PULUMI_HOME, under the version that the installed
SDK asks for: the CLI takes an exact match from there without a word, and nothing in Pulumi.yaml has to
name them. The language host goes beside the `pulumi` program. Each is a line of shell that becomes the
plugin, so the plugin's parent is the engine, whose end it watches.
"""

import shlex
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from sandbox.pulumi.plugins.serve import PARENT_VARIABLE
from sandbox.state import State

STANDINS: Final = {"aws": "aws", "docker-build": "docker_build"}
"""Pulumi's name of each plugin that can't be had, and the module in `sandbox.pulumi.plugins` that stands for it."""


@dataclass(frozen=True)
class Launcher:
    """An executable file that starts a plugin.

    Attributes:
        path: where the CLI looks for it.
        command: program and arguments, as a shell takes them; the CLI's own arguments follow.
    """

    path: Path
    command: str

    @property
    def content(self) -> str:
        """A script whose process becomes the plugin's."""
        return f'#!/bin/sh\n{PARENT_VARIABLE}=$PPID exec {self.command} "$@"\n'

    def install(self) -> None:
        """Write the file, unless it is there and the same."""
        if self.path.is_file() and self.path.read_text() == self.content:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        partial = self.path.with_name(self.path.name + ".partial")
        partial.write_text(self.content)
        partial.chmod(0o755)
        partial.replace(self.path)


def home(state: State) -> Path:
    """The private PULUMI_HOME."""
    return state.pulumi / "home"


def forgo_debug_log(state: State) -> None:
    """Keep the CLI from writing its debug log, for which it has no setting: it does without if it cannot.

    It writes every property of every call, encrypted: 160 MB and minutes of processor time for one preview of a
    platform whose custom resource definitions have not changed. What a run does is in `<state>/pulumi/log`.
    """
    logs = home(state) / "logs"
    if logs.is_dir():
        shutil.rmtree(logs)
    if not logs.exists():
        logs.parent.mkdir(parents=True, exist_ok=True)
        logs.touch()


def launchers(state: State) -> Iterator[Launcher]:
    """Every plugin, at the place where the CLI of `state` looks for it."""
    yield Launcher(state.bin / "pulumi-language-python", standin("sandbox.pulumi.plugins.language"))
    yield Launcher(place(state, "kubernetes"), _leaving_nothing(state, state.bin / "pulumi-resource-kubernetes"))
    for name, module in STANDINS.items():
        yield Launcher(place(state, name), standin(f"sandbox.pulumi.plugins.{module}"))


def place(state: State, name: str) -> Path:
    """Where the CLI looks for a provider plugin of the version that its SDK asks for."""
    folder = home(state) / "plugins" / f"resource-{name}-v{version(f'pulumi-{name}')}"
    return folder / f"pulumi-resource-{name}"


def standin(module: str) -> str:
    """The command that starts a plugin of ours.

    `-P` keeps the working directory, which is the user's program, off the module path.
    """
    return f"{shlex.quote(sys.executable)} -P -m sandbox.pulumi.plugins {module}"


def _leaving_nothing(state: State, program: Path) -> str:
    # The kubernetes plugin writes the kubeconfig into a temporary file each time that it is configured, and the engine
    # does not let it tidy up. So it has a temporary folder in memory, which is its own and ends with its process.
    folder = home(state) / "tmp"
    mount = 'mkdir -p "$TMPDIR" && mount -t tmpfs -o mode=0700 none "$TMPDIR" && exec "$@"'
    return f"env TMPDIR={shlex.quote(str(folder))} unshare --mount sh -c '{mount}' sh {shlex.quote(str(program))}"
