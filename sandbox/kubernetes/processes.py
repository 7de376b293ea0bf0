"""The sandbox's processes: started detached, and ended by what they are."""

import os
import select
import signal
import subprocess
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from sandbox.kubernetes import process_table
from sandbox.kubernetes.process_table import Process

APPEARS_WITHIN: Final = 5.0  # seconds from starting a program to seeing it in /proc
# Forked once more, so it has no parent that would have to wait for it.
_DETACHED: Final = ("setsid", "--fork")
SYSTEM_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def start(
    cluster: Path, name: str, argv: Sequence[str], *, key: str, log: Path, path: Iterable[Path] = ()
) -> Process | None:
    """Start a component in a session of its own, so it outlives us.

    Args:
        cluster: whose process it is.
        name: the component.
        argv: the program, by absolute path, and its arguments.
        key: of its configuration.
        log: receives its output, appended.
        path: folders to look for programs in before the system's.

    Returns:
        The process, or None if it ended at once.
    """
    environment = {
        "HOME": str(cluster),
        "LANG": "C.UTF-8",
        "PATH": ":".join([*map(str, path), SYSTEM_PATH]),
        process_table.OWNER: str(cluster),
        process_table.COMPONENT: name,
        process_table.KEY: key,
    }
    with log.open("ab") as output:
        subprocess.run(
            [*_DETACHED, *argv],
            env=environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=True,
        )
    deadline = time.monotonic() + APPEARS_WITHIN
    while (process := process_table.component(cluster, name)) is None or _begins(process):
        if time.monotonic() > deadline:
            break
        time.sleep(0.02)
    return process


def _begins(process: Process) -> bool:
    """Whether a process that was forked has not become its program yet."""
    try:
        return Path(f"/proc/{process.pid}/cmdline").read_bytes().startswith("\0".join(_DETACHED).encode())
    except OSError:
        return False  # it has ended


def end(cluster: Path, processes: Iterable[Process], *, grace: float) -> None:
    """End processes: ask, and after `grace` seconds kill. Returns when they are gone."""
    handles: dict[int, int] = {}
    try:
        for process in processes:
            try:
                handle = os.pidfd_open(process.pid)
            except ProcessLookupError:
                continue
            handles[process.pid] = handle
            # The handle is of whoever has the id now: look once more before anything is sent.
            if process_table.inspect(process.pid, cluster) is None:
                os.close(handles.pop(process.pid))
        for wanted, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, 10.0)):
            if wanted is signal.SIGTERM and not grace:
                continue
            for handle in handles.values():
                _send(handle, wanted)
            _wait(handles, patience)
    finally:
        for handle in handles.values():
            os.close(handle)


def _send(handle: int, wanted: signal.Signals) -> None:
    try:
        signal.pidfd_send_signal(handle, wanted)
    except ProcessLookupError:
        return


def _wait(handles: dict[int, int], patience: float) -> None:
    deadline = time.monotonic() + patience
    for pid, handle in list(handles.items()):
        ended, _, _ = select.select([handle], [], [], max(0.0, deadline - time.monotonic()))
        if ended:
            os.close(handles.pop(pid))
