"""The lock of upstream's CRDs: which files of which modules, and what each must contain."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

LOCK: Final = Path(__file__).parent / "crds.lock.yaml"


class CrdsError(Exception):
    """A file can't be had, or isn't the one that is locked; the message says which, in one line."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A locked file.

    Attributes:
        file: where it belongs in the folder that the platform reads.
        tool: whose it is; the sandbox builds it from the same module.
        module: Go module that it is part of.
        version: of the module.
        source: its path in the module.
        sha256: of its content.
    """

    file: str
    tool: str
    module: str
    version: str
    source: str
    sha256: str


def entries(lock: Path = LOCK) -> list[Entry]:
    """The files of a lock, in its order."""
    locked: list[dict[str, Any]] = yaml.safe_load(lock.read_text())["crds"]
    return [Entry(**entry) for entry in locked]


def content(entry: Entry, path: Path) -> bytes:
    """What `path` holds, which has to be what `entry` says.

    Raises:
        CrdsError: it can't be read, or is another file.
    """
    try:
        found = path.read_bytes()
    except OSError as error:
        raise CrdsError(f"{path} can't be read ({error.strerror})") from None
    digest = hashlib.sha256(found).hexdigest()
    if digest != entry.sha256:
        raise CrdsError(f"{path} has SHA-256 {digest}, the lock of {entry.module} {entry.version} wants {entry.sha256}")
    return found


def bring(locked: list[Entry], folder: Path, module: Callable[[Entry], Path]) -> None:
    """Copy every file of `locked` into `folder`, each checked before any is written.

    Args:
        locked: the lock's entries.
        folder: the folder that the platform reads.
        module: finds the folder with the source of an entry's module.

    Raises:
        CrdsError: a file isn't there, or not the one that is locked.
    """
    checked = {entry.file: content(entry, module(entry) / entry.source) for entry in locked}
    for file, found in checked.items():
        target = folder / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(found)
