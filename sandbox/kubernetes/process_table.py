"""The sandbox's processes, found again in the process table by what they are.

Each one carries the state directory, its component's name and a key of its configuration in its environment, which
the kernel keeps and shows in /proc. So there is no file of process ids that a reboot or a kill could make a lie,
and a process id that someone else got meanwhile is never mistaken for ours.
"""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

OWNER: Final = "SLIPWAY_SANDBOX"
COMPONENT: Final = "SLIPWAY_COMPONENT"
KEY: Final = "SLIPWAY_KEY"


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
