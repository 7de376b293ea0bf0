"""The Pulumi CLI on one stack: the same commands that people type, and what they say they did.

The CLI writes its events into a file that this process reads. So an update goes on to its end when the command that
began it is killed, instead of dying of a broken pipe with its work half done.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Self, cast

from slipway.errors import BadInput, SlipwayError

POLL: Final = 0.2
"""Seconds between two looks at a command that runs."""

_CHANGES: Final = frozenset({"create", "update", "delete", "replace"})
"""What is done to a resource; the engine's other words are steps of a replacement, or change nothing."""

_EMPTY: Final = frozenset({"preview failed", "update failed"})
"""Errors that only say that there was another error."""

_LOCK: Final = re.compile(r"created by (?P<user>\S+)@(?P<host>\S+) \(pid (?P<pid>\d+)\) at (?P<at>\S+)")


class PulumiFailed(SlipwayError):
    """A command of Pulumi's failed.

    Attributes:
        causes: what it said, a line each.
    """

    def __init__(self, what: str, causes: list[str]) -> None:
        super().__init__(f"{what} failed: {'; '.join(causes) or 'it did not say why'}")
        self.causes: Final = causes


@dataclass(frozen=True)
class Lock:
    """Who holds a stack."""

    user: str
    host: str
    pid: int
    at: str

    def __str__(self) -> str:
        return f"{self.user}@{self.host}, process {self.pid}, since {self.at}"

    @property
    def dead(self) -> bool:
        """Whether its process is known to be gone: it ran on this machine, and isn't there any more.

        Machines that GitHub runs workflows on share their names, so there a name doesn't tell which one it was.
        """
        if self.host != socket.gethostname() or os.environ.get("GITHUB_ACTIONS"):
            return False
        try:
            os.kill(self.pid, 0)
            # A process id may have been given to another program since; a zombie has ended already.
            name, _, rest = Path(f"/proc/{self.pid}/stat").read_text().partition("(")[2].rpartition(")")
        except ProcessLookupError:
            return True
        except OSError:  # somebody else's, or no such place to look at: it lives
            return False
        return not name.startswith("pulumi") or rest.split()[0] == "Z"


class StackLocked(SlipwayError):
    """Another update holds the stack.

    Attributes:
        locks: who.
    """

    def __init__(self, stack: str, locks: list[Lock]) -> None:
        who = "; ".join(map(str, locks)) or "somebody"
        super().__init__(
            f"stack {stack} is being updated by {who}: wait for it to end, or if that one is dead, `pulumi cancel "
            f"--stack {stack}`"
        )
        self.locks: Final = locks


@dataclass(frozen=True)
class Change:
    """One change of one resource."""

    op: str
    type: str
    name: str
    inputs: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.op} {self.type} {self.name}"


@dataclass(frozen=True)
class Ran:
    """A run of the CLI, and what it said.

    Attributes:
        code: its exit code.
        events: of the engine, in order.
        said: on standard error.
        interrupted: whether somebody interrupted it.
    """

    code: int
    events: list[dict[str, Any]]
    said: str
    interrupted: bool = False

    @property
    def causes(self) -> list[str]:
        """Why it failed, a line each."""
        problems = [problem for event in self.events for problem in _problem(event)]
        return [problem for problem in problems if problem not in _EMPTY] or _lines(self.said)


@dataclass(frozen=True)
class Engine:
    """The CLI, on one stack.

    Attributes:
        program: the CLI.
        folder: has Pulumi.yaml.
        stack: its name.
    """

    program: str
    folder: Path
    stack: str

    @classmethod
    def find(cls, folder: Path, stack: str | None) -> Self:
        """The `pulumi` on PATH, and the stack of that name, or the one that is selected in `folder`.

        Raises:
            BadInput: there is no CLI, or no stack is selected.
        """
        program = shutil.which("pulumi")
        if program is None:
            raise BadInput(
                "no `pulumi` on PATH: install the Pulumi CLI; on the sandbox, `python -m sandbox env` has it"
            )
        if stack is not None:
            return cls(program, folder, stack)
        try:
            selected = cls(program, folder, "")._run("stack", "--show-name").strip()
        except PulumiFailed as error:
            raise BadInput(f"--stack is missing, and {folder} has none selected ({'; '.join(error.causes)})") from None
        return cls(program, folder, selected)

    def output(self, name: str, stack: str | None = None) -> Any:
        """An output, of this stack or of another whose full name is given.

        Raises:
            PulumiFailed: there is none of that name, or no such stack.
        """
        return json.loads(self._run("stack", "output", name, "--json", f"--stack={stack or self.stack}"))

    def edited(self, content: bytes, values: Mapping[str, str | None]) -> bytes:
        """A stack's configuration with other values, and its comments as they were.

        Args:
            content: of the stack's file.
            values: by path, like `slipway:models.pump.version`; None takes one away.

        Raises:
            PulumiFailed: the CLI doesn't take them.
        """
        given = [
            word for path, value in values.items() if value is not None for word in ("--plaintext", f"{path}={value}")
        ]
        gone = [path for path, value in values.items() if value is None]
        with _copied(content) as file:
            common = (f"--stack={self.stack}", f"--config-file={file}", "--path")
            if given:
                self._run("config", "set-all", *common, *given)
            if gone:
                self._run("config", "rm-all", *common, *gone)
            return file.read_bytes()

    def cancel(self) -> None:
        """Take the stack's locks away, whoever holds them.

        Raises:
            PulumiFailed: the CLI can't.
        """
        self._run("cancel", "--yes", f"--stack={self.stack}")

    def preview(self, configuration: bytes, *, refresh: bool = False) -> list[Change]:
        """What `up` would change.

        Args:
            configuration: content of the stack's file, as it would be.
            refresh: look at the world first: a run that was killed may have changed what it didn't write down.

        Raises:
            PulumiFailed: the program fails, or a policy objects.
        """
        with _copied(configuration) as file:
            return self._update("preview", file, ["--refresh"] if refresh else [], lambda: None)

    def up(self, file: Path, message: str, meanwhile: Callable[[], object], *, refresh: bool = False) -> list[Change]:
        """Make the world as the program says.

        Args:
            file: the stack's configuration.
            message: kept in the stack's history.
            meanwhile: called every now and then until it has ended.
            refresh: look at the world first.

        Returns:
            What was changed.

        Raises:
            StackLocked: another update is under way.
            PulumiFailed: it failed; what was done until then stays done.
        """
        options = ["--yes", "--skip-preview", f"--message={message}", *(["--refresh"] if refresh else [])]
        return self._update("up", file, options, meanwhile)

    def tried(self, file: Path | None, *, refresh: bool = False) -> "Ran":
        """A preview with all that the engine said of it, whether it went through or not.

        Args:
            file: the stack's configuration; None for the one beside Pulumi.yaml.
            refresh: look at the world first.
        """
        return self._ran("preview", file, ["--refresh"] if refresh else [], lambda: None)

    def _update(self, verb: str, file: Path, options: list[str], meanwhile: Callable[[], object]) -> list[Change]:
        ran = self._ran(verb, file, options, meanwhile)
        if ran.code == 0:
            return [change for event in ran.events for change in _change(event, planned=verb == "preview")]
        if "currently locked" in ran.said:
            raise StackLocked(self.stack, [Lock(**_lock(found)) for found in _LOCK.finditer(ran.said)])
        if ran.interrupted:
            raise PulumiFailed(
                f"`pulumi {verb}` of {self.stack}",
                ["it was interrupted, and what is under way in the cluster goes on"],
            )
        raise PulumiFailed(f"`pulumi {verb}` of {self.stack}", ran.causes)

    def _ran(self, verb: str, file: Path | None, options: list[str], meanwhile: Callable[[], object]) -> "Ran":
        given = [f"--config-file={file.resolve()}"] if file else []
        with tempfile.TemporaryFile() as events, tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(
                self._command(verb, "--json", f"--stack={self.stack}", *given, *options),
                env={**os.environ, "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"},
                stdin=subprocess.DEVNULL,
                stdout=events,
                stderr=errors,
            )
            interrupted = _wait(process, meanwhile)
            errors.seek(0)
            return Ran(process.returncode, list(_events(events)), errors.read().decode(errors="replace"), interrupted)

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            self._command(*arguments), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise PulumiFailed(f"`pulumi {' '.join(arguments[:2])}`", _lines(done.stderr))
        return done.stdout

    def _command(self, *arguments: str) -> list[str]:
        return [self.program, *arguments, "--non-interactive", "--color=never", f"--cwd={self.folder}"]


@contextmanager
def _copied(content: bytes) -> Generator[Path]:
    with tempfile.TemporaryDirectory(prefix="slipway-") as folder:
        file = Path(folder, "stack.yaml")
        file.write_bytes(content)
        yield file


def _wait(process: subprocess.Popen[bytes], meanwhile: Callable[[], object]) -> bool:
    """Wait for the end; returns whether somebody interrupted it, who from a terminal interrupts both of us."""
    interrupted = False
    while True:
        try:
            if process.poll() is not None:
                return interrupted
            if not interrupted:
                meanwhile()
            time.sleep(POLL)
        except KeyboardInterrupt:
            interrupted = True


def _events(file: BinaryIO) -> Iterator[dict[str, Any]]:
    file.seek(0)
    for line in file:
        try:
            event = json.loads(line)
        except ValueError:  # a program that prints
            continue
        if isinstance(event, dict) and _told(cast("dict[str, Any]", event)):
            yield cast("dict[str, Any]", event)


def _told(event: dict[str, Any]) -> bool:
    """Whether an event says anything: most are of resources that stay, with all that these are."""
    step = event.get("resourcePreEvent") or event.get("resOutputsEvent")
    if step is None:
        return True
    metadata: dict[str, Any] = step["metadata"]
    # What a resource has become is as long again as what it was asked to be, and nobody reads it.
    for side in ("old", "new"):
        if metadata.get(side):
            metadata[side].pop("outputs", None)
    return metadata["op"] in _CHANGES


def _change(event: dict[str, Any], *, planned: bool) -> Iterator[Change]:
    # What an update did is known when it has done it.
    step = event.get("resourcePreEvent" if planned else "resOutputsEvent")
    if step is None or step["metadata"]["op"] not in _CHANGES:
        return
    metadata: dict[str, Any] = step["metadata"]
    new: dict[str, Any] = metadata.get("new") or {}
    yield Change(metadata["op"], metadata["type"], metadata["urn"].split("::", 3)[-1], new.get("inputs") or {})


def _problem(event: dict[str, Any]) -> Iterator[str]:
    if (said := event.get("diagnosticEvent")) and said["severity"] == "error":
        text, urn = " ".join(said["message"].split()), said.get("urn", "")
        yield f"{urn.split('::', 3)[-1]}: {text}" if urn and "pulumi:pulumi:Stack" not in urn else text
    if (violation := event.get("policyEvent")) and violation["enforcementLevel"] == "mandatory":
        yield f"{' '.join(violation['message'].split())} (policy {violation['policyName']})"


def _lock(found: re.Match[str]) -> dict[str, Any]:
    return {**found.groupdict(), "pid": int(found["pid"])}


def _lines(said: str) -> list[str]:
    return [line.strip().removeprefix("error: ") for line in said.splitlines() if line.strip()]
