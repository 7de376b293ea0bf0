"""Runs buildah so that nothing of it outlives the plugin, not even the commands of a Dockerfile."""

import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from sandbox import confined

LAST_LINES: Final = 15  # of a failed command, for its error


class CommandError(Exception):
    """A command failed; `lines` are its last ones."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = tuple(lines)


class Processes:
    """Commands under way.

    Args:
        cache: the folder that stands in for buildah's fixed cache.
    """

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._running: set[subprocess.Popen[str]] = set()
        self._ended = False
        self._lock = threading.Lock()

    def run(self, command: Sequence[str], environment: Mapping[str, str], hear: Callable[[str], None]) -> list[str]:
        """Run a command to its end and give each line of its output to `hear` as it comes.

        Returns:
            Its last lines.

        Raises:
            CommandError: it failed, or was cut short.
        """
        last: deque[str] = deque(maxlen=LAST_LINES)
        with self._started(confined.command(command, {self._cache: confined.BLOB_CACHE}), environment) as process:
            try:
                for line in process.stdout or ():
                    if stripped := line.strip():
                        last.append(stripped)
                        hear(stripped)
            finally:
                with self._lock:
                    self._running.discard(process)
        if process.returncode:
            raise CommandError(last or [f"{command[0]} ended with status {process.returncode}"])
        return list(last)

    def _started(self, command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
        with self._lock:
            if self._ended:
                raise CommandError(["it was cancelled"])
            process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            )
            self._running.add(process)
        return process

    def kill(self) -> None:
        """End every command under way, with everything that it started, and let none begin any more."""
        with self._lock:
            self._ended = True
            for process in self._running:
                process.kill()
