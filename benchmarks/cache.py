"""Where the peers' environments, the load generator and the models of other weights are kept, made once each."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmarks.errors import BenchmarkError

PEERS: Final = Path(__file__).parent / "peers"


def root() -> Path:
    """A folder of the sandbox's state, so that `make clean` removes it too."""
    if configured := os.environ.get("SLIPWAY_STATE"):
        return Path(configured).expanduser().resolve() / "benchmarks"
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser().resolve() / "slipway" / "benchmarks"


def made(name: str, content: bytes, make: Callable[[Path], None]) -> Path:
    """A folder that is made once for its content; half of one is never found.

    Args:
        name: what it is, for people.
        content: all that it depends on.
        make: fills a new folder.

    Raises:
        BenchmarkError: it can't be made.
    """
    folder = root() / f"{name}-{hashlib.sha256(content).hexdigest()[:16]}"
    if not (folder / ".complete").exists():
        print(f"benchmarks: make {name} …", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        make(folder)
        (folder / ".complete").touch()
    return folder


def environment(peer: str) -> Path:
    """The Python of a peer's own environment, with just what its `lock.txt` says.

    Raises:
        BenchmarkError: a package can't be had.
    """
    lock = PEERS / peer / "lock.txt"

    def install(folder: Path) -> None:
        run([sys.executable, "-m", "venv", str(folder)])
        run(
            [str(folder / "bin/pip"), "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", str(lock)]
        )

    return made(peer, lock.read_bytes() + sys.version.encode(), install) / "bin" / "python"


def run(command: list[str], **variables: str) -> str:
    """What a command prints.

    Raises:
        BenchmarkError: it failed.
    """
    done = subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchmarkError(f"{' '.join(command[:4])} … failed: {done.stderr[-2000:]}")
    return done.stdout
