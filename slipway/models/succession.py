"""Which version follows another: decided once, with no more than a store can do, which is to create what isn't there.

Two may publish at the same time, each having compared their model with 1.0.0; only one may follow it. So before a
manifest is written, a claim is created at one place for all, which is the whole manifest:

    NAME/successors/1.0.0/1.json       1.1.0 follows 1.0.0 (0.0.0 stands for no version at all)
    NAME/1.1.0/manifest.json           now it is published
    NAME/successors/1.0.0/1.closed     and stays so until somebody removes it

Why this is sound: the claim is the decision, since a second one is never created at its place. All files of a version
are there before its claim is, so nothing is missing to carry the decision out, and whoever comes next does so, with
the bytes that stand in the claim, whether the one who made it is slow or dead. Every step creates one object, or
accepts the same bytes, so all may take it at any time. Thus nobody waits for anybody, nothing is ever released, and
each version was compared with the one that it follows.

A closed claim whose version is gone was removed by people; so were the files that are gone before a claim is closed.
Then the next number is free. What remains: who removes the files of a publishing that is still running may see it
write a manifest without them, which no pod loads.
"""

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from modelstore.catalog import MANIFEST_LIMIT, Entry, parsed
from modelstore.manifest import MANIFEST, Manifest
from modelstore.store import Store
from modelstore.store_errors import DigestMismatch, ObjectExists, ObjectNotFound
from modelstore.version import Version
from service.download import download


def succeed(store: Store, new: Entry, last: Version | None) -> Entry:
    """Publish a version that follows the version `last`, unless another does.

    Args:
        store: has all files of the new version.
        new: the new version.
        last: None when it is the first.

    Returns:
        The version that follows, which is published.

    Raises:
        ObjectExists: the new version is published already, with another manifest.
        StoreError: the store cannot be read or written.
    """
    name = new.manifest.name
    while True:
        number, follows = _look(store, name, last)
        if follows:
            return follows
        path = _claim(name, last, number + 1)
        try:
            store.create(f"{path}.json", new.content)
        except ObjectExists:  # somebody was faster, or it is ours and the answer was lost: the next turn tells
            continue
        store.ensure(_manifest(new.manifest), new.content)
        store.ensure(f"{path}.closed", b"")
        return new


def settle(store: Store, name: str, last: Version | None) -> None:
    """Publish what was decided to follow the version `last`, if anything was, whoever has decided it."""
    _look(store, name, last)


def _look(store: Store, name: str, last: Version | None) -> tuple[int, Entry | None]:
    """The highest number of a claim, 0 if there is none, and the version that follows by it and is published now."""
    endings = [path.rpartition("/")[2].split(".") for path in store.sizes(_folder(name, last))]
    number = max((int(stem) for stem, ending in endings if ending == "json"), default=0)
    if number == 0:
        return 0, None
    path = _claim(name, last, number)
    claimed = parsed(store.read(f"{path}.json", MANIFEST_LIMIT), f"{store.url}/{path}.json")
    if [str(number), "closed"] not in endings:
        with suppress(ObjectExists):  # another manifest is there, of a release of ours that knew no claims
            if _whole(store, claimed.manifest):
                store.ensure(_manifest(claimed.manifest), claimed.content)
        store.ensure(f"{path}.closed", b"")
    return number, claimed if store.holds(_manifest(claimed.manifest), claimed.content) else None


def _folder(name: str, last: Version | None) -> str:
    return f"{name}/successors/{last or Version(0, 0, 0)}"


def _claim(name: str, last: Version | None, number: int) -> str:
    return f"{_folder(name, last)}/{number}"


def _manifest(manifest: Manifest) -> str:
    return f"{manifest.name}/{manifest.version}/{MANIFEST}"


def _whole(store: Store, manifest: Manifest) -> bool:
    with TemporaryDirectory(prefix="slipway-") as scratch:
        try:
            download(store, manifest, Path(scratch))
        except (DigestMismatch, ObjectNotFound):
            return False
    return True
