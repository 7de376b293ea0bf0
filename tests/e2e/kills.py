"""Kills the Pulumi engine in the middle of its work, as a crashed machine would."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from sandbox.engine import EngineError
from sandbox.engine.stack import Stack

_SPAWN = multiprocessing.get_context("spawn")


def _run(stack: Stack, verb: str) -> None:
    action: Callable[[], object] = {"up": stack.up, "destroy": stack.destroy}[verb]
    try:
        action()
    except EngineError:
        # The engine died under it, which is what this is about.
        os._exit(1)


def killed(stack: Stack, verb: str, after: float) -> bool:
    """Start `verb` on `stack` in a process of its own and kill its engine.

    Args:
        stack: the stack to work on.
        verb: `up` or `destroy`.
        after: seconds from the engine's start until it is killed with signal 9.

    Returns:
        Whether it was still at work then; False when it had finished before.
    """
    runner = _SPAWN.Process(target=_run, args=(stack, verb))
    runner.start()
    engine = None
    while engine is None and runner.is_alive():
        engine = _engine(stack, verb)
        time.sleep(0.05)
    if engine is not None:
        runner.join(after)
        if runner.is_alive():
            os.kill(engine, signal.SIGKILL)
    runner.join()
    return runner.exitcode != 0


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
