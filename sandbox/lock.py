"""One change at a time: two runs would undo each other's work."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import Literal

from sandbox.errors import SandboxError
from sandbox.state import State


@contextmanager
def exclusive(state: State, what: Literal["sandbox", "toolchain"] = "sandbox") -> Generator[None]:
    """Hold a part of the state; the kernel lets go of it when this process ends, however that happens.

    Raises:
        SandboxError: another process holds it.
    """
    state.root.mkdir(parents=True, exist_ok=True)
    file = state.root / f"{what}.lock"
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 20, 0).decode().strip() or "unknown"
            raise SandboxError(
                f"another run (pid {holder}) is changing the {what} in {state.root}: wait until it is done"
            ) from None
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)
