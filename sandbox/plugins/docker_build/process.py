"""Runs buildah so that nothing of it outlives the plugin, not even the commands of a Dockerfile.

It gets a PID namespace and a mount namespace of its own: when the plugin dies, however, the kernel ends every
process in it and drops every mount.
"""

import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

LAST_LINES: Final = 15  # of a failed command, for its error
# buildah caches what it knows of blobs in a fixed place, and we want all that is ours below one folder.
FIXED_CACHE: Final = "/var/lib/containers/cache"
NAMESPACES: Final = (
    *("setpriv", "--pdeathsig", "KILL"),
    *("unshare", "--pid", "--fork", "--kill-child", "--mount-proc"),
    *("sh", "-c", f'mkdir -p {FIXED_CACHE} && mount --bind "$0" {FIXED_CACHE} && exec "$@"'),
)


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
        self._lock = threading.Lock()

    def run(self, command: Sequence[str], environment: Mapping[str, str], hear: Callable[[str], None]) -> list[str]:
        """Run a command to its end and give each line of its output to `hear` as it comes.

        Returns:
            Its last lines.

        Raises:
            CommandError: it failed, or was cut short.
        """
        last: deque[str] = deque(maxlen=LAST_LINES)
        with subprocess.Popen(
            [*NAMESPACES, str(self._cache), *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process:
            with self._lock:
                self._running.add(process)
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

    def kill(self) -> None:
        """End every command under way, with everything that it started."""
        with self._lock:
            for process in self._running:
                process.kill()
