"""Which published version is meant: one that is looked at, or the one that a new version replaces."""

from modelstore import catalog
from modelstore.store import Store
from modelstore.version import Version, latest
from slipway.errors import BadInput, Refused
from slipway.models import versions


def find(store: Store, name: str, version: str | None = None) -> catalog.Entry:
    """One version; the latest when none is named (to look at: stacks always name one).

    Raises:
        BadInput: there is no such model or version.
    """
    published = catalog.versions(store, name)
    wanted = versions.parse(version) if version else latest(published)
    if wanted is None:
        known = ", ".join(store.folders()) or "no models at all"
        raise BadInput(f"{store.url} has no model {name!r}; it has {known}")
    if wanted not in published:
        raise BadInput(f"{name} {wanted} is not published in {store.url}; it has {', '.join(map(str, published))}")
    return catalog.fetch_manifest(store, name, str(wanted))


def replaced(store: Store, name: str, version: Version | None) -> catalog.Entry | None:
    """The version that a new one (of that number, if known) replaces: the latest published, if there is any.

    Raises:
        Refused: `version` is not above it.
    """
    last = latest(catalog.versions(store, name))
    if last is None:
        return None
    if version is not None and version <= last:
        raise Refused(f"version {version} is not above {last}, the latest of {name} in {store.url}")
    return catalog.fetch_manifest(store, name, str(last))
