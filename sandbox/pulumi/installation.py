"""Installs this checkout's plugins where the Pulumi CLI looks for them.

Provider plugins go into the plugin cache of a private PULUMI_HOME, under the version that the installed
SDK asks for: the CLI takes an exact match from there without a word, and nothing in Pulumi.yaml has to
name them. The language host goes beside the `pulumi` program. Each is a line of shell that becomes this
interpreter, so the plugin's parent is the engine, whose end it watches.
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

PROVIDERS: Final = {"kubernetes": "kubernetes", "aws": "aws", "docker-build": "docker_build"}
"""Pulumi's name of each plugin, and its module in `sandbox.pulumi.plugins`."""


@dataclass(frozen=True)
class Launcher:
    """An executable file that starts one of our plugins."""

    path: Path
    module: str

    @property
    def content(self) -> str:
        """A script whose process becomes the plugin's.

        `-P` keeps the working directory, which is the user's program, off the module path.
        """
        command = f"{shlex.quote(sys.executable)} -P -m sandbox.pulumi.plugins {self.module}"
        return f'#!/bin/sh\n{PARENT_VARIABLE}=$PPID exec {command} "$@"\n'

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
    """Every plugin of ours, at the place where the CLI of `state` looks for it."""
    yield Launcher(state.bin / "pulumi-language-python", "sandbox.pulumi.plugins.language")
    for name, module in PROVIDERS.items():
        folder = home(state) / "plugins" / f"resource-{name}-v{version(f'pulumi-{name}')}"
        yield Launcher(folder / f"pulumi-resource-{name}", f"sandbox.pulumi.plugins.{module}")
