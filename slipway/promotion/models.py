"""A published version from one store to another: the same files, the same manifest, the same signature."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from modelstore.catalog import Entry, fetch_manifest
from modelstore.manifest import MANIFEST
from modelstore.signature import SIGNATURE, SIGNATURE_LIMIT
from modelstore.store import Store
from modelstore.store_errors import ObjectExists, ObjectNotFound
from service.download import download
from slipway.errors import Refused


@dataclass(frozen=True)
class Copied:
    """What came of a copy.

    Attributes:
        entry: the version.
        files: objects that weren't there before.
        bytes: of these.
    """

    entry: Entry
    files: int
    bytes: int


def copy(source: Store, target: Store, name: str, version: str, manifest: str) -> Copied:
    """Copy a version; its manifest goes last, so it is there when all of it is. May be called again after a kill.

    Args:
        source: has it.
        target: gets it.
        name: the model's.
        version: of the model.
        manifest: the digest that it must have.

    Raises:
        Refused: the target has something else under that version.
        DigestMismatch: the source has something else than was proven.
        StoreError: a store can't be asked.
    """
    entry = fetch_manifest(source, name, version, manifest)
    prefix, files, size = f"{name}/{version}", 0, 0
    with TemporaryDirectory(prefix="slipway-") as scratch:
        download(source, entry.manifest, Path(scratch))
        contents = {file.path: Path(scratch, file.path).read_bytes() for file in entry.manifest.files}
    if (signature := _signature(source, prefix)) is not None:
        contents[SIGNATURE] = signature
    contents[MANIFEST] = entry.content
    for path, content in contents.items():
        if _add(target, f"{prefix}/{path}", content):
            files, size = files + 1, size + len(content)
    return Copied(entry, files, size)


def _add(target: Store, path: str, content: bytes) -> bool:
    try:
        target.create(path, content)
    except ObjectExists as error:
        if target.holds(path, content):
            return False
        raise Refused(f"{error}, with other content: a published version never changes, so publish another") from None
    return True


def _signature(source: Store, prefix: str) -> bytes | None:
    try:
        return source.read(f"{prefix}/{SIGNATURE}", SIGNATURE_LIMIT)
    except ObjectNotFound:
        return None
