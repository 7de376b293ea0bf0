"""Publishing: the gates and the version rules, before anything is written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from modelstore.catalog import Entry, fetch_manifest, versions
from modelstore.manifest import Manifest
from modelstore.store import Store
from modelstore.store_errors import ObjectExists
from modelstore.version import Version, latest
from slipway.errors import BadInput, Refused
from slipway.models.bundle import Bundle
from slipway.models.candidate import UNVERSIONED, Candidate, Judged, take_candidate
from slipway.models.comparison import compare
from slipway.models.published import replaced
from slipway.models.succession import settle
from slipway.models.versions import change, check_successor, parse
from slipway.models.writing import write

_FROM_RUNNING: Final = {"version", "evaluation", "golden", "fingerprints", "output"}
"""Fields that are not known before the model ran; two manifests that agree in all others are of the same inputs."""

NEXT: Final = "next"
"""Said instead of a version: the one that the same inputs have already, or else the one that what changed calls for."""

Announce = Callable[[str], object]


def _silent(_: str) -> None:
    return None


@dataclass(frozen=True)
class Published(Entry):
    """A version in the store.

    Attributes:
        new: False when the same version with the same content was there already.
        notes: what who publishes it should know, each in a line.
    """

    new: bool
    notes: tuple[str, ...] = ()


def validate(
    bundle: Bundle,
    store_url: str | None = None,
    announce: Announce = _silent,
    environment: Mapping[str, str] | None = None,
) -> Judged:
    """Judge a model as publishing would, or did if it is published already, and change nothing.

    Args:
        bundle: the model, its card and its data.
        store_url: where the version that it would replace, or did, is looked up; None to compare with nothing.
        announce: told what is being done.
        environment: variables that count for the store before this process's own.

    Raises:
        SlipwayError: the model is not good enough, or something cannot be read.
        StoreError: the store cannot be read.
    """
    announce("reading card and data")
    with take_candidate(bundle) as candidate:
        store = Store.open(store_url, environment=environment) if store_url else None
        return _judge(candidate, store, _before(candidate, store) if store else None, announce)


def publish(
    bundle: Bundle,
    version: str,
    store_url: str,
    announce: Announce = _silent,
    environment: Mapping[str, str] | None = None,
) -> Published:
    """Validate a model and put it into the store as `version`.

    May be called again after a kill, and goes on where that stopped. The same inputs under a version that
    they already have change nothing; anything else under a version that exists is refused.

    Args:
        bundle: the model, its card and its data.
        version: for instance `1.1.0`, or `NEXT`.
        store_url: `s3://…`, `gs://…` or `file://…`, the folder of all models.
        announce: told what is being done.
        environment: variables that count for the store before this process's own.

    Raises:
        SlipwayError: the model is not good enough, or the version does not fit.
        StoreError: the store cannot be read or written.
    """
    wanted = None if version == NEXT else parse(version)
    if version == UNVERSIONED:
        raise BadInput(f"version {version} is not for publishing; begin with 1.0.0")
    store = Store.open(store_url, create=True, environment=environment)
    announce("reading card and data")
    with take_candidate(bundle) as candidate:
        name = candidate.card.name
        settle(store, name, latest(versions(store, name)))
        if wanted is None and (found := _same(candidate, store)) is not None:
            return found
        if wanted is not None and wanted in versions(store, name):
            return _existing(candidate, store, wanted, "already published")
        before = replaced(store, name, wanted)
        judged = _judge(candidate, store, before, announce)
        wanted = wanted or _next(before, judged.manifest)
        manifest = judged.manifest.model_copy(update={"version": str(wanted)})
        if before:
            check_successor(wanted, Version.parse(before.manifest.version), *change(before.manifest, manifest))
        announce(f"writing to {store.url}/{name}/{wanted}")
        new = Published(manifest, manifest.to_bytes(), new=True, notes=judged.notes)
        try:
            write(store, new, candidate.folder, before)
        except ObjectExists as error:
            if wanted in versions(store, name):
                return _existing(candidate, store, wanted, "published meanwhile")
            raise Refused(
                f"{error}, with other content: another publishing of this version has not finished; wait for it, or "
                f"if it was interrupted, remove {store.url}/{name}/{wanted}/ and publish again"
            ) from None
    return new


def _judge(candidate: Candidate, store: Store | None, before: Entry | None, announce: Announce) -> Judged:
    comparison = None
    if store and before:
        announce(f"running {before.manifest.version} on the same data")
        comparison = compare(store, before.manifest, candidate.card, candidate.holdout)
    announce("checking and running the model")
    return candidate.judge(comparison)


def _before(candidate: Candidate, store: Store) -> Entry | None:
    """The version that the model would replace, or did replace when it was published."""
    name, published = candidate.card.name, _same(candidate, store)
    if published is None:
        return replaced(store, name, None)
    lower = [one for one in versions(store, name) if one < Version.parse(published.manifest.version)]
    return fetch_manifest(store, name, str(lower[-1])) if lower else None


def _next(before: Entry | None, manifest: Manifest) -> Version:
    """The version that a model gets whose owners name none."""
    if before is None:
        return Version(1, 0, 0)
    needed, _ = change(before.manifest, manifest)
    return Version.parse(before.manifest.version).next(needed)


def _same(candidate: Candidate, store: Store) -> Published | None:
    """The newest version that was made of the same inputs; None where there is none."""
    for version in reversed(versions(store, candidate.card.name)):
        existing = fetch_manifest(store, candidate.card.name, str(version))
        if not _differing(candidate, existing):
            return Published(existing.manifest, existing.content, new=False)
    return None


def _existing(candidate: Candidate, store: Store, version: Version, how: str) -> Published:
    """The version is there: fine if it was made of the same inputs, whatever machine ran it then."""
    name = candidate.card.name
    existing = fetch_manifest(store, name, str(version))
    if differing := _differing(candidate, existing):
        raise Refused(
            f"{name} {version} was {how} in {store.url} with other {', '.join(differing)}; "
            "a published version never changes: publish this under a new version"
        )
    return Published(existing.manifest, existing.content, new=False)


def _differing(candidate: Candidate, existing: Entry) -> list[str]:
    """Which of the inputs are others than those that a published version was made of."""
    ours, theirs = (
        manifest.model_dump(exclude=_FROM_RUNNING) | {"output": (manifest.output.name, manifest.output.meaning)}
        for manifest in (candidate.draft, existing.manifest)
    )
    return [field for field in ours if ours[field] != theirs[field]]
