"""Writes and removes: whole or not at all, also when the process is killed meanwhile."""

import json
import os
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from sandbox.errors import SandboxError

GONE: Final = ".gone-"
"""How the names of things begin that are being removed."""


def write(file: Path, content: str, mode: int = 0o600) -> Path:
    """Make `file` hold `content`; an equal one is left alone. Returns the file."""
    if file.exists() and file.read_text() == content:
        return file
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as out:
        out.write(content)
    fresh.rename(file)
    return file


def remove(path: Path) -> None:
    """Remove a file, or a folder with all that it holds, if it is there.

    It loses its name first, so a kill in between leaves nothing that looks like it, and what is left goes with `sweep`.

    Raises:
        SandboxError: something in it is in use.
    """
    if os.path.lexists(path):
        gone = path.with_name(f"{GONE}{secrets.token_hex(4)}")
        path.rename(gone)
        _erase(gone)


def sweep(folder: Path) -> None:
    """Remove what removals that were cut off have left in `folder`.

    Raises:
        SandboxError: something in it is in use.
    """
    for gone in folder.glob(f"{GONE}*"):
        _erase(gone)


def text(content: Mapping[str, Any]) -> str:
    """`content` as JSON, which every reader of YAML takes."""
    return json.dumps(content, indent=2) + "\n"


def _erase(gone: Path) -> None:
    try:
        while gone.is_dir() and not gone.is_symlink():
            # Another process may be removing it as well, and each finds gone what the other has taken.
            with suppress(FileNotFoundError):
                shutil.rmtree(gone)
        gone.unlink(missing_ok=True)
    except OSError as error:
        raise SandboxError(
            f"{gone} can't be removed ({error.strerror}): find who uses it with `lsof +D {gone}`, then run this again"
        ) from None
