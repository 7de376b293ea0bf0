"""What a process may use of this machine, and what it does use, from /proc."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from tests.background import Background

_CORES: Final = sorted(os.sched_getaffinity(0))
SERVER: Final = {_CORES[0]}
CLIENTS: Final = {_CORES[-1]}
"""The cores of the server and of all that asks it: neither takes the other's time, where there are two."""

MIB: Final = 1024 * 1024


@dataclass(frozen=True)
class Footprint:
    """What a process holds; memory in bytes."""

    memory: int
    files: int
    threads: int

    @classmethod
    def of(cls, pid: int) -> Self:
        process = Path(f"/proc/{pid}")
        status = dict(re.findall(r"^(VmRSS|Threads):\s+(\d+)", (process / "status").read_text(), re.MULTILINE))
        return cls(int(status["VmRSS"]) * 1024, len(os.listdir(process / "fd")), int(status["Threads"]))


class Watch(Background):
    """Looks at a process from time to time, until the block ends."""

    def __init__(self, pid: int, every: float = 0.2) -> None:
        super().__init__(self._look)
        self.seen: Final = [Footprint.of(pid)]
        self._pid: Final = pid
        self._every: Final = every

    @property
    def growth(self) -> int:
        """Bytes between the first look and the largest."""
        return max(each.memory for each in self.seen) - self.seen[0].memory

    def _look(self) -> None:
        while not self.over.wait(self._every):
            self.seen.append(Footprint.of(self._pid))
