"""Kills the Pulumi engine in the middle of its work, as a crashed machine would."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sandbox.pulumi import EngineError
from sandbox.pulumi.stack import Stack

_SPAWN = multiprocessing.get_context("spawn")


def _run(stack: Stack, verb: str) -> None:
    action: Callable[[], object] = {"up": stack.up, "destroy": stack.destroy}[verb]
    try:
        action()
    except EngineError:
        # The engine died under it, which is what this is about.
        os._exit(1)


def killed(stack: Stack, verb: str, when: Callable[[], bool]) -> bool:
    """Start `verb` on `stack` in a process of its own and kill its engine with signal 9.

    Args:
        stack: the stack to work on.
        verb: `up` or `destroy`.
        when: asked again and again from the engine's start on; once it says yes, the engine is killed.

    Returns:
        Whether it was at work when it was killed; False when it had finished before.
    """
    runner = _SPAWN.Process(target=_run, args=(stack, verb))
    runner.start()
    engine, hit = None, False
    while runner.is_alive() and not hit:
        engine = engine or _engine(stack, verb)
        if engine is not None and when():
            with suppress(ProcessLookupError):  # it has just ended by itself
                os.kill(engine, signal.SIGKILL)
                hit = True
        time.sleep(0.1)
    runner.join()
    return hit and runner.exitcode != 0


def seconds_later(seconds: float) -> Callable[[], bool]:
    """For `when`: so long after it was first asked."""
    begun: list[float] = []

    def over() -> bool:
        begun[:] = begun or [time.monotonic()]
        return time.monotonic() >= begun[0] + seconds

    return over


def _engine(stack: Stack, verb: str) -> int | None:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if command[0].endswith(b"/pulumi") and command[1:2] == [verb.encode()] and _of(stack) in command:
            return int(process.name)
    return None


def _of(stack: Stack) -> bytes:
    return f"--stack={stack.name}".encode()
