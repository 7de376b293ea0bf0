"""The bodies of S3 objects: files by content, so that versions and copies share them and no change writes one again."""

import hashlib
import mmap
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

CHUNK: Final = 1024 * 1024
"""Bytes that are sent at a time."""


class Content(mmap.mmap):
    """The bytes of a body, read from its file as they are used.

    Attributes:
        digest: of the body.
    """

    digest: str

    def __iter__(self) -> Iterator[bytes]:  # pyright: ignore[reportIncompatibleMethodOverride] (as it does without us)
        """The bytes in pieces, which is how a web server sends them."""
        for start in range(0, len(self), CHUNK):
            yield self[start : start + CHUNK]

    def decode(self, encoding: str = "utf-8") -> str:
        """The text that the bytes are."""
        return self[:].decode(encoding)


class Bodies:
    """A folder with one file per body, named by the SHA-256 of its content.

    What a process writes is durable after `settle`, and only then may a snapshot refer to it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unsettled: set[str] = set()
        self._referred: dict[str, int] = {}

    def keep(self, content: bytes | Content) -> str:
        """Keep `content` unless it is there, and return its digest."""
        if isinstance(content, Content):
            return content.digest
        digest = hashlib.sha256(content).hexdigest()
        file = self._folder / digest
        if not file.exists():
            fresh = self._folder / f".{digest}.new"
            fresh.write_bytes(content)
            fresh.rename(file)
            self._unsettled.add(digest)
        return digest

    def open(self, digest: str) -> bytes | Content:
        """The body with `digest`."""
        with (self._folder / digest).open("rb") as file:
            if not os.fstat(file.fileno()).st_size:
                return b""  # nothing can't be mapped
            content = Content(file.fileno(), 0, access=mmap.ACCESS_READ)
        content.digest = digest
        return content

    def unsettled(self) -> tuple[str, ...]:
        """What was written and may not have reached the disk."""
        return tuple(self._unsettled)

    def settle(self, digests: Iterable[str]) -> None:
        """Return once the bodies with these digests outlast a loss of power."""
        settled = set(digests)
        if not settled:
            return
        for digest in settled:
            sync(self._folder / digest)
        sync(self._folder)
        self._unsettled -= settled

    def refer(self, digest: str, size: int) -> None:
        """Take note that a snapshot that is being read refers to a body of this size."""
        self._referred[digest] = size

    def forget_referred(self) -> None:
        """Begin anew to take note."""
        self._referred.clear()

    def lacks(self) -> str | None:
        """Say which body that is referred to is not whole, or None."""
        for digest, size in self._referred.items():
            file = self._folder / digest
            found = file.stat().st_size if file.exists() else None
            if found != size:
                return f"{file} is missing" if found is None else f"{file} has {found} bytes instead of {size}"
        return None

    def sweep(self) -> None:
        """Remove every body that nothing referred to, and what killed writes have left."""
        for name in {file.name for file in self._folder.iterdir()} - set(self._referred):
            (self._folder / name).unlink()


def sync(path: Path) -> None:
    """Return once the file, or the names in the folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
