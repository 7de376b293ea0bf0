"""Fetching a published version: no byte gets its final name before its SHA-256 is the manifest's.

Nothing is deserialised here, and nothing is trusted but the manifest's digest, which comes from the stack.
"""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from modelstore.manifest import File, Manifest
from modelstore.store import CHUNK, Store
from modelstore.store_errors import DigestMismatch

_PARTIAL: Final = ".partial"


def complete(manifest: Manifest, folder: Path) -> bool:
    """Whether `folder` has all of the model's files with the right hashes, and nothing else.

    Then no store is needed: a container that restarts keeps its volume.
    """
    wanted = {folder / file.path: file for file in manifest.files}
    found = {path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()}
    return found == set(wanted) and all(_intact(path, file) for path, file in wanted.items())


def download(store: Store, manifest: Manifest, folder: Path, advance: Callable[[int], object] = lambda _: None) -> None:
    """Bring the model's files into `folder`, so that it holds exactly them.

    Files that are there already and have the right hash stay; everything else in the folder goes. May be called
    again after any error or kill.

    Args:
        store: the store of all models.
        manifest: of what `fetch_manifest` returned.
        folder: made when absent.
        advance: called with the number of bytes that have just become complete, for progress.

    Raises:
        DigestMismatch: a file's size or hash is not the manifest's; the file is not kept.
        StoreError: a file is absent or cannot be read now.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {folder / file.path: file for file in manifest.files}
    _remove_others(folder, set(wanted))
    for path, file in wanted.items():
        if not _intact(path, file):
            path.parent.mkdir(parents=True, exist_ok=True)
            _fetch(store, f"{manifest.name}/{manifest.version}/{file.path}", path, file)
        advance(file.size)


def _remove_others(folder: Path, wanted: set[Path]) -> None:
    kept = wanted | {parent for path in wanted for parent in path.parents}
    for path in sorted(folder.rglob("*"), reverse=True):  # children come before their folders
        if path.is_dir() and not path.is_symlink():
            if path not in kept or path in wanted:
                shutil.rmtree(path)
        elif path not in wanted or path.is_symlink():
            path.unlink()


def _intact(path: Path, file: File) -> bool:
    if path.is_symlink() or not path.is_file() or path.stat().st_size != file.size:
        return False
    sha = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            sha.update(chunk)
    return f"sha256:{sha.hexdigest()}" == file.sha256


def _fetch(store: Store, source: str, target: Path, file: File) -> None:
    partial = target.with_name(target.name + _PARTIAL)
    sha = hashlib.sha256()
    with partial.open("wb") as stream:
        for chunk in store.chunks(source, file.size):
            sha.update(chunk)
            stream.write(chunk)
    actual = f"sha256:{sha.hexdigest()}"
    if actual != file.sha256:
        partial.unlink()
        raise DigestMismatch(f"{store.url}/{source} has the SHA-256 {actual}, its manifest says {file.sha256}")
    partial.replace(target)
