"""What is published in a store. A version is there when its manifest is; anything else is unfinished."""

from contextlib import suppress
from dataclasses import dataclass

from modelstore.manifest import MANIFEST, Manifest, digest
from modelstore.store import Store
from service.download import MANIFEST_LIMIT, fetch_manifest
from slipway.errors import BadInput, Refused
from slipway.models.versions import Version, latest


@dataclass(frozen=True)
class Entry:
    """A published version and its manifest's digest, as it stands in stack configurations."""

    manifest: Manifest
    digest: str


def versions(store: Store, name: str) -> list[Version]:
    """Published versions of a model in ascending order; empty when there is no such model."""
    found: list[Version] = []
    for path in store.sizes(name):
        with suppress(ValueError, BadInput):  # other files, which are not ours
            _, version, file = path.split("/")
            if file == MANIFEST:
                found.append(Version.parse(version))
    return sorted(found)


def entry(store: Store, name: str, version: Version) -> Entry:
    """Read one version.

    Raises:
        StoreError: it is not there or cannot be read.
    """
    content = store.read(f"{name}/{version}/{MANIFEST}", MANIFEST_LIMIT)
    return Entry(fetch_manifest(store, name, str(version), digest(content)), digest(content))


def entries(store: Store, name: str | None = None) -> list[Entry]:
    """All published versions of one model, or of all models, by name and version."""
    names = [name] if name else store.folders()
    return [entry(store, each, version) for each in names for version in versions(store, each)]


def find(store: Store, name: str, version: str | None = None) -> Entry:
    """One version; the latest when none is named (to look at: stacks always name one).

    Raises:
        BadInput: there is no such model or version.
    """
    published = versions(store, name)
    wanted = Version.parse(version) if version else latest(published)
    if wanted is None:
        known = ", ".join(store.folders()) or "no models at all"
        raise BadInput(f"{store.url} has no model {name!r}; it has {known}")
    if wanted not in published:
        raise BadInput(f"{name} {wanted} is not published in {store.url}; it has {', '.join(map(str, published))}")
    return entry(store, name, wanted)


def replaced(store: Store, name: str, version: Version | None) -> Entry | None:
    """The version that a new one (of that number, if known) replaces: the latest published, if there is any.

    Raises:
        Refused: `version` is not above it.
    """
    last = latest(versions(store, name))
    if last is None:
        return None
    if version is not None and version <= last:
        raise Refused(f"version {version} is not above {last}, the latest of {name} in {store.url}")
    return entry(store, name, last)
