"""What a server is to the kernel: a process with all that it started, wherever those have gone."""

import ctypes
import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

_SET_CHILD_SUBREAPER: Final = 36  # of prctl(2)
# In /proc/PID/stat after the name: ppid; utime and stime; these and cutime and cstime.
_PARENT, _OWN, _ALL = 1, slice(11, 13), slice(11, 15)


def adopt_orphans() -> None:
    """Become the parent of what our children leave behind, so that it is found here and can be ended."""
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").iterdir():
        if path.name.isdecimal() and (found := _stat(int(path.name))) is not None:
            children.setdefault(int(found[_PARENT]), []).append(int(path.name))
    found, new = [pid], [pid]
    while new:
        new = [child for parent in new for child in children.get(parent, [])]
        found += new
    return found


def processor_seconds(pid: int) -> float:
    """What a process and its descendants have used so far, those that have ended among them."""
    return sum(_seconds(each, _ALL) for each in family(pid))


def own_seconds(pid: int) -> float:
    """What a process alone has used so far."""
    return _seconds(pid, _OWN)


def _seconds(pid: int, fields: slice) -> float:
    return sum(map(int, (_stat(pid) or [])[fields])) / os.sysconf("SC_CLK_TCK")


def end(pid: int, seconds: float) -> None:
    """Ask a process to end, and end all of its family in the end."""
    members = set(family(pid))
    _signal(pid, signal.SIGTERM)
    until = time.monotonic() + seconds
    while _alive(pid) and time.monotonic() < until:
        members |= set(family(pid))
        time.sleep(0.05)
    for each in members:
        _signal(each, signal.SIGKILL)
    until = time.monotonic() + seconds
    for each in members - {pid}:
        # Ours to bury only if it was left behind, which may still be to come.
        while _stat(each) is not None and time.monotonic() < until:
            with suppress(ChildProcessError):
                os.waitpid(each, os.WNOHANG)
            time.sleep(0.01)


def _alive(pid: int) -> bool:
    found = _stat(pid)
    return found is not None and found[0] != "Z"


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _stat(pid: int) -> list[str] | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
