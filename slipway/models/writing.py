"""Writing a version: an immutable prefix of the store, whose manifest comes last.

Two may publish at the same time; `succession.py` says which of them has.
"""

from pathlib import Path

from modelstore.catalog import Entry, versions
from modelstore.manifest import MANIFEST, digest
from modelstore.store import Store
from modelstore.store_errors import ObjectExists
from modelstore.version import Version, latest
from slipway.errors import Refused
from slipway.models.succession import succeed


def write(store: Store, new: Entry, folder: Path, before: Entry | None) -> None:
    """Write the model's files, and the manifest if nothing was published meanwhile.

    May be called again after a kill, and goes on where that stopped.

    Args:
        store: the store of all models.
        new: the version to publish.
        folder: has the files.
        before: the version that this one was compared with, which must still be the latest.

    Raises:
        ObjectExists: an object of this version is there with other content.
        Refused: an object does not belong there, or another version was published meanwhile.
        StoreError: the store cannot be written.
    """
    manifest = new.manifest
    prefix = f"{manifest.name}/{manifest.version}"
    for file in manifest.files:
        content = (folder / file.path).read_bytes()
        if digest(content) != file.sha256:
            raise Refused(f"{file.path} changed while it was being published; publish again")
        store.ensure(f"{prefix}/{file.path}", content)
    others = store.sizes(prefix).keys() - {f"{prefix}/{file.path}" for file in manifest.files}
    if f"{prefix}/{MANIFEST}" in others:
        raise ObjectExists(f"{store.url}/{prefix}/{MANIFEST}: exists already")
    if others:
        raise Refused(f"{store.url}/{min(others)} does not belong to {manifest.name} {manifest.version}; remove it")
    compared = Version.parse(before.manifest.version) if before else None
    last = latest(versions(store, manifest.name))
    if last == compared:
        follows = succeed(store, new, compared)
        if follows.content == new.content:
            return
        if follows.manifest.version == manifest.version:
            raise ObjectExists(f"{store.url}/{prefix}/{MANIFEST}: exists already")
        last = Version.parse(follows.manifest.version)
    raise Refused(
        f"{manifest.name} {last} was published meanwhile, and this model was compared with {compared or 'nothing'}; "
        "publish again"
    )
