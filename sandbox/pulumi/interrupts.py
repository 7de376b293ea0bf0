"""Hands a person's Ctrl-C to the engine, which stops well by itself, instead of ending this process."""

import signal
import subprocess
import threading
from types import FrameType, TracebackType
from typing import Self

from sandbox.progress import console


class Interrupts:
    """While entered, an interrupt of this process goes to `process`: the first lets it finish what is under way.

    Attributes:
        came: whether there was one.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.came = False
        self._process = process

    def __enter__(self) -> Self:
        # Only the main thread may set handlers, and only there does Python deliver an interrupt.
        if threading.current_thread() is threading.main_thread():
            self._previous = signal.signal(signal.SIGINT, self._forward)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._previous)

    def _forward(self, number: int, frame: FrameType | None) -> None:
        console.print("  stopping at once" if self.came else "  stopping when what is under way is done")
        self.came = True
        self._process.send_signal(signal.SIGINT)
