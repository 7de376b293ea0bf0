"""Fetching a published version: no byte gets its final name before its SHA-256 is the manifest's.

Nothing is deserialised here, and nothing is trusted but the manifest's digest, which comes from the stack.
"""

import hashlib
import shutil
from pathlib import Path
from typing import Final

from modelstore.manifest import File, Manifest
from modelstore.store import Store
from modelstore.store_errors import DigestMismatch

_PARTIAL: Final = ".partial"


def complete(manifest: Manifest, folder: Path) -> bool:
    """Whether `folder` has all of the model's files with the right hashes, and nothing else.

    Then no store is needed: a container that restarts keeps its volume.
    """
    wanted = {folder / file.path: file for file in manifest.files}
    found = {path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()}
    return found == set(wanted) and all(_intact(path, file) for path, file in wanted.items())


def download(store: Store, manifest: Manifest, folder: Path) -> None:
    """Bring the model's files into `folder`, so that it holds exactly them.

    Files that are there already and have the right hash stay; everything else in the folder goes. May be called
    again after any error or kill, and then goes on within the file that it was at.

    Args:
        store: the store of all models.
        manifest: of what `fetch_manifest` returned.
        folder: made when absent.

    Raises:
        DigestMismatch: a file's size or hash is not the manifest's; the file is not kept.
        StoreError: a file is absent or cannot be read now.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {folder / file.path: file for file in manifest.files}
    _remove_others(folder, set(wanted))
    for path, file in wanted.items():
        if _intact(path, file):
            _partial(path).unlink(missing_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            _fetch(store, f"{manifest.name}/{manifest.version}/{file.path}", path, file)


def _remove_others(folder: Path, wanted: set[Path]) -> None:
    kept = wanted | {parent for path in wanted for parent in path.parents}
    files = wanted | {_partial(path) for path in wanted}
    for path in sorted(folder.rglob("*"), reverse=True):  # children come before their folders
        if path.is_dir() and not path.is_symlink():
            if path not in kept or path in files:
                shutil.rmtree(path)
        elif path not in files or path.is_symlink():
            path.unlink()


def _intact(path: Path, file: File) -> bool:
    if path.is_symlink() or not path.is_file() or path.stat().st_size != file.size:
        return False
    with path.open("rb") as stream:
        return f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}" == file.sha256


def _partial(path: Path) -> Path:
    return path.with_name(path.name + _PARTIAL)


def _fetch(store: Store, source: str, target: Path, file: File) -> None:
    partial = _partial(target)
    begun = partial.stat().st_size if partial.exists() else 0
    if not 0 < begun <= file.size:
        begun = 0
    with partial.open("r+b" if begun else "w+b") as stream:
        sha = hashlib.file_digest(stream, "sha256")  # over what is there, and then over what comes behind it
        for chunk in store.chunks(source, file.size, begun):
            sha.update(chunk)
            stream.write(chunk)
    actual = f"sha256:{sha.hexdigest()}"
    if actual == file.sha256:
        partial.replace(target)
        return
    partial.unlink()
    if not begun:
        raise DigestMismatch(f"{store.url}/{source} has the SHA-256 {actual}, its manifest says {file.sha256}")
    _fetch(store, source, target, file)  # what was there may be at fault, so once more without it
