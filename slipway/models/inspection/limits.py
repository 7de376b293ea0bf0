"""What an inspected model may use. The child applies this to itself before it reads anything of the model."""

import ctypes
import os
import resource
import signal
from dataclasses import dataclass
from typing import Final

MEBIBYTE: Final = 1024 * 1024

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38


@dataclass(frozen=True)
class Limits:
    """Limits of one inspection.

    Attributes:
        memory: bytes of address space; TensorFlow alone maps about 1.6 GiB.
        cpu_seconds: of all threads together.
        file_bytes: of any file that it writes.
        wall_seconds: enforced by the parent.
    """

    memory: int = 8192 * MEBIBYTE
    cpu_seconds: int = 240
    file_bytes: int = 1024 * MEBIBYTE
    wall_seconds: float = 600.0

    def apply(self, parent: int) -> None:
        """Confine this process for good, and have the kernel end it when its parent ends.

        Args:
            parent: process id of the parent, to notice one that has ended already.
        """
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "the process could not be tied to its parent")
        if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "the process could not give up set-user-id programs")
        if os.getppid() != parent:
            os._exit(1)
        resource.setrlimit(resource.RLIMIT_AS, (self.memory, self.memory))
        resource.setrlimit(resource.RLIMIT_CPU, (self.cpu_seconds, self.cpu_seconds))
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.file_bytes, self.file_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
