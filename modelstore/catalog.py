"""What is published in a store. A version is there when its manifest is; anything else is unfinished."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from modelstore.manifest import MANIFEST, Manifest, digest
from modelstore.store import Store
from modelstore.store_errors import DigestMismatch, UnreadableManifest
from modelstore.version import Version

MANIFEST_LIMIT: Final = 4 * 1024 * 1024
"""Bytes; a manifest with hundreds of features, quantiles and golden rows stays far below."""


@dataclass(frozen=True)
class Entry:
    """A published version.

    Attributes:
        manifest: what it says.
        content: the manifest exactly as it is stored. Written again by another release of ours, it may be other bytes
            of another digest, so nobody writes again what was read.
    """

    manifest: Manifest
    content: bytes

    @property
    def digest(self) -> str:
        """The manifest's digest, as it stands in stack configurations."""
        return digest(self.content)


def versions(store: Store, name: str) -> list[Version]:
    """Published versions of a model in ascending order; empty when there is no such model."""
    found: list[Version] = []
    for path in store.sizes(name):
        with suppress(ValueError):  # other files, which are not ours
            _, version, file = path.split("/")
            if file == MANIFEST:
                found.append(Version.parse(version))
    return sorted(found)


def fetch_manifest(store: Store, name: str, version: str, expected: str | None = None) -> Entry:
    """Read the manifest of a published version, and check it before it is parsed.

    Args:
        store: the store of all models.
        name: for instance `maintenance_predictor`.
        version: for instance `1.0.0`.
        expected: the manifest's digest, `sha256:…`; None to trust the store (to list and to show only).

    Raises:
        DigestMismatch: the stored manifest is another one, or that of another version.
        UnreadableManifest: this release of ours cannot read it.
        StoreError: it is absent or cannot be read now.
    """
    path = f"{name}/{version}/{MANIFEST}"
    content = store.read(path, MANIFEST_LIMIT)
    if expected is not None and digest(content) != expected:
        raise DigestMismatch(f"{store.url}/{path} has the digest {digest(content)}, expected {expected}")
    found = parsed(content, f"{store.url}/{path}")
    if (found.manifest.name, found.manifest.version) != (name, version):
        raise DigestMismatch(f"{store.url}/{path} is the manifest of {found.manifest.name} {found.manifest.version}")
    return found


def parsed(content: bytes, what: str) -> Entry:
    """What a stored manifest says.

    Args:
        content: the manifest.
        what: names it in an error.

    Raises:
        UnreadableManifest: it is not one that this release of ours can read.
    """
    try:
        return Entry(Manifest.from_bytes(content), content)
    except ValidationError as error:
        first = error.errors()[0]
        where, why = ".".join(map(str, first["loc"])), first["msg"].removeprefix("Value error, ")
        raise UnreadableManifest(f"{what} is not a manifest: {where}: {why}") from error


def entries(store: Store, name: str | None = None) -> list[Entry]:
    """All published versions of one model, or of all models, by name and version."""
    names = [name] if name else store.folders()
    return [fetch_manifest(store, each, str(version)) for each in names for version in versions(store, each)]
