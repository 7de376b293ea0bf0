"""Replaces itself by a command that dies with its parent: `lifeline.py PARENT_PID PROGRAM ARGUMENT...`.

After a `kill -9` of the engine nobody is left who could end a program or a policy pack, so the kernel
does it. The setting survives `exec`. It is made here and not between fork and exec in the host, because
the host has threads. This runs as a script with nothing but the standard library.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Ask the kernel for the signal, then become the command."""
    parent, program = int(sys.argv[1]), sys.argv[2]
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was gone before the kernel knew
        sys.exit(1)
    os.execv(program, sys.argv[2:])  # noqa: S606 (no shell wanted)


if __name__ == "__main__":
    main()
