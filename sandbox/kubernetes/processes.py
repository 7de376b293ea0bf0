"""The sandbox's processes: found by what they are, started detached, and ended.

Each one carries the state directory, its component's name and a key of its configuration in its environment, which
the kernel keeps and shows in /proc. So there is no file of process ids that a reboot or a kill could make a lie,
and a process id that someone else got meanwhile is never mistaken for ours.
"""

import os
import select
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from sandbox.errors import SandboxError

OWNER: Final = "SLIPWAY_SANDBOX"
COMPONENT: Final = "SLIPWAY_COMPONENT"
KEY: Final = "SLIPWAY_KEY"

APPEARS_WITHIN: Final = 5.0  # seconds from starting a program to seeing it in /proc
# Forked once more, so it has no parent that would have to wait for it.
_DETACHED: Final = ("setsid", "--fork")
SYSTEM_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_KILLED_WITHIN: Final = 10.0  # seconds for the kernel to let a killed process go


@dataclass(frozen=True)
class Process:
    """A process of the sandbox.

    Attributes:
        pid: process id.
        component: the component that it is, or (without `leader`) that started it.
        key: of the configuration with which it was started.
        leader: whether it is the component itself; a container's shim, for instance, is not.
        started: seconds since the epoch.
    """

    pid: int
    component: str
    key: str
    leader: bool
    started: float


def owned(cluster: Path) -> list[Process]:
    """Every living process that was started for the sandbox in `cluster`, directly or by one of those."""
    return [process for pid in _all() if (process := inspect(pid, cluster)) is not None]


def others(cluster: Path) -> list[int]:
    """The ids of living processes of other sandboxes than the one in `cluster`, in this one's network namespace."""
    return [pid for pid in _all() if _owner(pid) not in {None, str(cluster)} and _network(pid) == _network("self")]


def component(cluster: Path, name: str) -> Process | None:
    """The process of a component, if it is alive."""
    return next((one for one in owned(cluster) if one.leader and one.component == name), None)


def inspect(pid: int, cluster: Path) -> Process | None:
    """The process with an id, if it is alive and was started for the sandbox in `cluster`."""
    place = Path("/proc") / str(pid)
    try:
        environment = _environment((place / "environ").read_bytes())
        if environment.get(OWNER) != str(cluster):
            return None
        # The fields after the name, which may hold spaces and parentheses: the 22nd of all is the start time.
        fields = (place / "stat").read_text().rpartition(")")[2].split()
        ticks = int(fields[19])
        leader = os.getsid(pid) == pid
    except (OSError, ValueError):
        return None  # it ended while we looked
    return Process(
        pid=pid,
        component=environment.get(COMPONENT, ""),
        key=environment.get(KEY, ""),
        leader=leader,
        started=_boot_time() + ticks / os.sysconf("SC_CLK_TCK"),
    )


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
        OWNER: str(cluster),
        COMPONENT: name,
        KEY: key,
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
    while (process := component(cluster, name)) is None or _begins(process):
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
    """End processes: ask, and after `grace` seconds kill. Returns when they are gone.

    Raises:
        SandboxError: the kernel doesn't let them go.
    """
    handles: dict[int, int] = {}
    try:
        for process in processes:
            try:
                handle = os.pidfd_open(process.pid)
            except ProcessLookupError:
                continue
            handles[process.pid] = handle
            # The handle is of whoever has the id now: look once more before anything is sent.
            if inspect(process.pid, cluster) is None:
                os.close(handles.pop(process.pid))
        for wanted, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, _KILLED_WITHIN)):
            if wanted is signal.SIGTERM and not grace:
                continue
            for handle in handles.values():
                _send(handle, wanted)
            _wait(handles, patience)
        if handles:
            raise SandboxError(
                f"processes {', '.join(map(str, handles))} don't end although they were killed, as on a disk that "
                "hangs: run this again once that is over"
            )
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


def _all() -> list[int]:
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]


def _owner(pid: int) -> str | None:
    try:
        return _environment((Path("/proc") / str(pid) / "environ").read_bytes()).get(OWNER)
    except OSError:
        return None  # it ended while we looked


def _network(pid: int | Literal["self"]) -> str | None:
    try:
        return os.readlink(f"/proc/{pid}/ns/net")
    except OSError:
        return None


def _environment(content: bytes) -> Mapping[str, str]:
    pairs = (item.partition("=") for item in content.decode(errors="replace").split("\0"))
    return {name: value for name, separator, value in pairs if separator}


def _boot_time() -> float:
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
