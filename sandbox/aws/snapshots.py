"""The files that hold the state: the newest snapshot, and the one before it."""

import hashlib
import json
import os
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Final, NamedTuple

from sandbox.aws.bodies import sync
from sandbox.aws.errors import AwsError

LAYOUT: Final = 1
"""Of what the pickle holds and of the folder. To be raised with every change that older servers can't read."""
UNREADABLE: Final = "snapshot.unreadable"
"""How a snapshot is named that could not be read, from then on."""
REMOVE: Final = "remove the folder, which removes all data (`make down` does so)"


class _Unreadable(Exception):
    """Why a snapshot can't be used."""


class _Header(NamedTuple):
    layout: int
    moto: str
    size: int
    digest: str


class Snapshots:
    """A folder with the state, of which there is always a whole one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._newest = folder / "snapshot"
        self._before = folder / "snapshot.before"

    @property
    def exists(self) -> bool:
        """Whether there is one, readable or not."""
        return self._newest.exists() or self._before.exists()

    def write(self, content: bytes) -> None:
        """Make `content` the newest snapshot. When this returns, it outlasts a loss of power."""
        fresh = self._folder / ".snapshot.new"
        with fresh.open("wb") as file:
            file.write(_header(content))
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if self._newest.exists():
            self._before.unlink(missing_ok=True)
            os.link(self._newest, self._before)
        fresh.rename(self._newest)
        sync(self._folder)

    def read(self, use: Callable[[bytes], str | None]) -> None:
        """Hand the newest snapshot that can be read to `use`, and say so if it is not the newest of all.

        Args:
            use: takes what `write` was given, and returns what is wrong with it, or None. What it raises is wrong with
                it too.

        Raises:
            AwsError: none can be read.
        """
        try:
            _read(self._newest, use)
        except _Unreadable as newest:
            try:
                _read(self._before, use)
            except _Unreadable as before:
                raise AwsError(f"{newest}; {before}: put back a copy of one, or {REMOVE}") from None
            print(f"warning: {newest}: the snapshot before it serves, and the last change is lost", file=sys.stderr)
            if self._newest.exists():
                self._newest.rename(self._folder / UNREADABLE)
            os.link(self._before, self._newest)
            sync(self._folder)

    def before(self) -> bytes | None:
        """The content of the snapshot before the newest, if it can be read."""
        try:
            return _content(self._before)
        except _Unreadable:
            return None


def _read(file: Path, use: Callable[[bytes], str | None]) -> None:
    content = _content(file)
    try:
        trouble = use(content)
    except Exception as error:  # what a damaged or foreign pickle raises can be anything
        raise _Unreadable(f"{file} can't be read ({type(error).__name__}: {error})") from None
    if trouble:
        raise _Unreadable(f"{file} can't be used ({trouble})")


def _content(file: Path) -> bytes:
    try:
        head, _, content = file.read_bytes().partition(b"\n")
    except OSError as error:
        raise _Unreadable(f"{file} can't be read ({error.strerror})") from None
    try:
        header = _Header(**json.loads(head))
    except (TypeError, ValueError):
        raise _Unreadable(f"{file} can't be read (it does not begin as a snapshot)") from None
    here = _Header(LAYOUT, version("moto"), len(content), hashlib.sha256(content).hexdigest())
    if (header.layout, header.moto) != (here.layout, here.moto):
        raise AwsError(
            f"{file} was written in layout {header.layout} by moto {header.moto}, and this is layout {here.layout} "
            f"with moto {here.moto}: use the checkout that wrote it, or {REMOVE}"
        )
    if header != here:
        raise _Unreadable(f"{file} can't be read ({here.size} of {header.size} bytes, or others than were written)")
    return content


def _header(content: bytes) -> bytes:
    header = _Header(LAYOUT, version("moto"), len(content), hashlib.sha256(content).hexdigest())
    return json.dumps(header._asdict()).encode() + b"\n"
