"""Runs one preview, update, refresh or destroy, shows it, and says what it did.

The CLI writes its events into a log file and this process follows the file. So an update goes on to its
end when the command that started it is killed, instead of dying of a broken pipe with its work half done.
"""

import gzip
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from pydantic import ValidationError

from sandbox.errors import EngineError
from sandbox.progress import console
from sandbox.pulumi.cli import Cli, messages
from sandbox.pulumi.display import Progress
from sandbox.pulumi.events import Event, Operation, Violation, name_of
from sandbox.pulumi.interrupts import Interrupts

POLL: Final = 0.1  # seconds between looks at the log
KEPT: Final = 50  # logs per stack
SHOWN: Final = 200  # characters of a line that is no event
PLUGIN_DIED: Final = "error reading from server"
"""What gRPC says of a call whose other end is gone."""
EMPTY: Final = frozenset({"preview failed", "update failed", "destroy failed", "refresh failed"})
"""Errors that only say that there was another error."""


def run(cli: Cli, title: str, log: Path, verb: str, *arguments: str) -> frozenset[Operation]:
    """Run `pulumi VERB ARGUMENTS` to its end.

    Args:
        cli: the CLI in the project's folder.
        title: what is going on, for people.
        log: the folder for logs of this stack.
        verb: `preview`, `up`, `refresh` or `destroy`.
        arguments: further arguments.

    Returns:
        The changes that were made, or that a preview would make. A replacement counts as one.

    Raises:
        EngineError: it failed or was interrupted.
    """
    planned = verb == "preview"
    path = _log_file(log, verb)
    errors = path.with_suffix(".err")
    changes: set[Operation] = set()
    problems: list[str] = []
    failed: set[str] = set()
    unreadable = 0
    with path.open("wb") as stdout, errors.open("wb") as stderr:
        process = subprocess.Popen(
            cli.command(verb, "--json", *arguments),
            env={**cli.variables(), "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"},
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            process_group=0,  # an interrupt from the terminal comes by way of us, once
        )
    with path.open("rb") as events, Interrupts(process) as interrupts, Progress(title, planned=planned) as progress:
        for event in _follow(events, process):
            progress.show(event)
            step = event.resource_pre_event if planned else event.res_outputs_event
            if step and step.metadata.operation:
                changes.add(step.metadata.operation)
            problems.extend(_problem(event))
            if event.res_op_failed_event:
                failed.add(event.res_op_failed_event.metadata.urn)
            unreadable += event.unreadable.startswith("{")
        # An engine that is interrupted while it deletes says that all went well, whatever is left.
        well = process.returncode == 0 and not interrupts.came
        if well and not unreadable:
            progress.done(len(changes))
    if well and unreadable:
        why = f"{unreadable} of its events can't be read, so what it did isn't known: use the CLI that `make up` builds"
        raise EngineError(f"{title} went through; its log is {path}", [why])
    if well:
        _compress(path)
        return frozenset(changes)
    if interrupts.came:
        causes = ["it was interrupted: run it again, and it goes on"]
    elif process.returncode < 0:
        causes = [f"the engine was killed by signal {-process.returncode}: run it again, and it is repaired"]
    else:
        causes = [problem for problem in problems if problem not in EMPTY] or messages(errors.read_text())
    undecided = failed if any(PLUGIN_DIED in problem for problem in problems) else ()
    raise EngineError(f"{title} failed; its log is {path}", causes, undecided)


def _log_file(folder: Path, verb: str) -> Path:
    """The path of a new log. Of the old ones the newest stay, a name being a time."""
    folder.mkdir(parents=True, exist_ok=True)
    runs = sorted({path.name.split(".", 1)[0] for path in folder.iterdir()})
    for run in runs[: -KEPT + 1]:
        for path in folder.glob(f"{run}.*"):
            path.unlink(missing_ok=True)
    return folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S-%f}-{verb}.jsonl"


def _compress(path: Path) -> None:
    """Replace a log that nobody will look for by a smaller one: events hold whole resources, and CRDs are long."""
    with path.open("rb") as plain, gzip.open(f"{path}.gz", "wb", compresslevel=1) as small:
        shutil.copyfileobj(plain, small)
    path.unlink()


def _follow(events: BinaryIO, process: subprocess.Popen[bytes]) -> Iterator[Event]:
    """The events in a growing file, until the process has ended and everything is read."""
    rest = b""
    while True:
        ended = process.poll() is not None  # asked before the last read, so that nothing is missed
        *lines, rest = (rest + events.read()).split(b"\n")
        yield from (_event(line) for line in lines if line.strip())
        if ended:
            return
        time.sleep(POLL)


def _event(line: bytes) -> Event:
    """The event in a line of the log. What is none is shown: the update goes on, whatever we understand of it."""
    try:
        return Event.model_validate_json(line)
    except ValidationError:
        text = line.decode(errors="replace")
        console.print(f"    {text[:SHOWN]}", markup=False)
        return Event(unreadable=text)


def _problem(event: Event) -> Sequence[str]:
    if event.diagnostic_event and event.diagnostic_event.severity == "error":
        text = event.diagnostic_event.message.strip()
        urn = event.diagnostic_event.urn
        return [f"{name_of(urn)}: {text}" if urn and "pulumi:pulumi:Stack" not in urn else text]
    if event.policy_event and event.policy_event.enforcement_level == "mandatory":
        return [_violation(event.policy_event)]
    return []


def _violation(violation: Violation) -> str:
    where = f"{name_of(violation.resource_urn)}: " if violation.resource_urn else ""
    text = " ".join(violation.message.split())
    return f"{where}{text} (policy {violation.policy_name})"
