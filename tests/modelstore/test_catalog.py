import json
from pathlib import Path

import pytest

from modelstore.catalog import entries, fetch_manifest, versions
from modelstore.manifest import digest
from modelstore.store import Store
from modelstore.store_errors import DigestMismatch, UnreadableManifest
from modelstore.version import Version
from tests.slipway.models.manifests import manifest


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store.open(f"file://{tmp_path}/store", create=True)
    for name, version in [("a", "1.9.0"), ("a", "1.10.0"), ("b", "2.0.0")]:
        store.create(f"{name}/{version}/manifest.json", manifest(name=name, version=version).to_bytes())
    store.create("a/1.11.0/saved_model.pb", b"unfinished")
    store.create("a/notes/manifest.json", b"not ours")
    store.create("a/1.10.0/old/manifest.json", b"not ours")
    store.create("a/manifest.json", b"not ours")
    return store


def test_a_version_is_there_when_its_manifest_is(store: Store) -> None:
    assert versions(store, "a") == [Version(1, 9, 0), Version(1, 10, 0)]
    assert versions(store, "none") == []


def test_all_versions_of_all_models_are_listed_in_order(store: Store) -> None:
    found = [(each.manifest.name, each.manifest.version) for each in entries(store)]
    assert found == [("a", "1.9.0"), ("a", "1.10.0"), ("b", "2.0.0")]
    assert len(entries(store, "b")) == 1


def test_a_manifest_is_handed_on_as_it_is_stored(store: Store) -> None:
    content = json.dumps(manifest(name="c").model_dump(mode="json")).encode()
    store.create("c/1.0.0/manifest.json", content)
    found = fetch_manifest(store, "c", "1.0.0", digest(content))
    assert (found.content, found.digest) == (content, digest(content))
    assert found.manifest.to_bytes() != content


def test_a_manifest_that_says_another_name_is_refused(store: Store) -> None:
    store.create("c/1.0.0/manifest.json", manifest(name="b").to_bytes())
    with pytest.raises(DigestMismatch, match=r"is the manifest of b 1\.0\.0"):
        entries(store, "c")


def test_a_published_manifest_that_cannot_be_served_is_told_with_its_reason(store: Store) -> None:
    content = manifest(name="c").to_bytes().replace(b'"type": "float"', b'"type": "integer"')
    store.create("c/1.0.0/manifest.json", content.replace(b'"minimum": -10.0', b'"minimum": -9.5'))
    with pytest.raises(
        UnreadableManifest, match=r"c/1\.0\.0/manifest\.json .*features\.0: .*x1: minimum -9\.5 of an integer"
    ):
        fetch_manifest(store, "c", "1.0.0")
