"""A project for the real CLI, whose objects are files."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from textwrap import dedent

import yaml

from sandbox.pulumi import Stack
from sandbox.state import State

PATIENCE = 300  # seconds; a test that waits longer hangs
OBJECT = f"""
    import pulumi

    VERSION = "{version("pulumi-kubernetes")}"

    class Object(pulumi.CustomResource):
        def __init__(self, name, opts=None, **inputs):
            versioned = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(version=VERSION))
            super().__init__("kubernetes:core/v1:ConfigMap", name, inputs, versioned)

    config = pulumi.Config()
"""


@dataclass(frozen=True)
class Project:
    """A project whose program and configuration a test writes, and the files that its objects are."""

    folder: Path
    store: Path
    state: State

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def policy(self) -> Path:
        return self.folder / "policy"

    def program(self, text: str) -> None:
        """Write the program; `Object(name, ...)` makes a file and `config` is its configuration."""
        (self.folder / "__main__.py").write_text(dedent(OBJECT) + dedent(text))

    def write_policy(self, text: str) -> None:
        """Write the policy pack."""
        self.policy.mkdir(exist_ok=True)
        (self.policy / "PulumiPolicy.yaml").write_text("runtime: python\n")
        (self.policy / "__main__.py").write_text(dedent(text))

    def configure(self, **values: str) -> None:
        content = {"config": {f"{self.name}:{key}": value for key, value in values.items()}}
        (self.folder / "config.yaml").write_text(yaml.safe_dump(content))

    def stack(self, *, policies: tuple[Path, ...] = ()) -> Stack:
        stack = Stack(self.folder, "test", self.folder / "config.yaml", self.state, policies)
        stack.init()
        return stack

    @property
    def objects(self) -> Mapping[str, object]:
        """What exists, by id."""
        found = (self.store / "objects").iterdir()
        return {path.name.replace("+", "/"): json.loads(path.read_text()) for path in found}

    def hold(self, moment: str, name: str) -> Path:
        """Let changes of `name` wait before or after they are made, until the returned file is removed."""
        path = self.store / "hold" / f"{moment}-{name}"
        path.touch()
        (self.store / "calls").write_text("")
        return path

    def release(self) -> None:
        """Hold nothing any more."""
        for path in (self.store / "hold").iterdir():
            path.unlink()

    def reached(self, moment: str, name: str) -> None:
        """Wait until a change of `name` has got there since the last `hold`."""
        calls = self.store / "calls"
        self.wait_for(lambda: f"{moment} {name}\n" in calls.read_text())

    @property
    def locks(self) -> list[Path]:
        return list(self.state.pulumi.glob(f"backend/.pulumi/locks/organization/{self.name}/test/*.json"))

    def engine(self) -> int:
        """The process id of the CLI that holds the stack."""
        return int(json.loads(self.locks[0].read_text())["pid"])

    def wait_for(self, true: Callable[[], object]) -> None:
        """Wait until `true()` is."""
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < deadline, f"it did not happen; running: {self.processes()}"
            time.sleep(0.05)

    def processes(self, command: str = "") -> dict[int, str]:
        """What was started for this project and has `command` in its command line: engine, plugins, programs."""
        mark = f"FILES_STORE={self.store}".encode()
        found: dict[int, str] = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
        return {number: line for number, line in found.items() if line and command in line}
