"""Starts the processes of a language host so that none of them outlives it."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Final

LIFELINE: Final = Path(__file__).with_name("lifeline.py")


def start(
    command: Sequence[str],
    *,
    folder: str,
    environment: Mapping[str, str],
    stdin: int = subprocess.DEVNULL,
    output: int | IO[bytes] | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in `folder`; the kernel kills it when this process ends, however it ends.

    It gets a session of its own: the engine interrupts the host's whole process group when it closes
    plugins, and a half-imported program would answer that with a traceback.

    Args:
        command: an absolute program path and its arguments.
        folder: the working directory.
        environment: all of its environment.
        stdin: as for `subprocess.Popen`.
        output: for standard output and standard error; inherited when absent.
    """
    # The death signal follows the thread that started the child. That is a worker of the server's pool,
    # which keeps its threads until the process exits.
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(LIFELINE), str(os.getpid()), *command],
        cwd=folder,
        env=environment,
        stdin=stdin,
        stdout=output,
        stderr=output,
        start_new_session=True,
    )
