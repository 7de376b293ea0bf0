from pathlib import Path

import pytest

from modelstore.manifest import digest
from modelstore.store import Store
from modelstore.version import Version
from slipway.errors import BadInput, Refused
from slipway.models.published import find, replaced
from tests.slipway.models.manifests import manifest


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store.open(f"file://{tmp_path}/store", create=True)
    for name, version in [("a", "1.9.0"), ("a", "1.10.0"), ("b", "2.0.0")]:
        store.create(f"{name}/{version}/manifest.json", manifest(name=name, version=version).to_bytes())
    store.create("a/1.11.0/saved_model.pb", b"unfinished")
    return store


def test_the_latest_is_found_unless_another_is_named(store: Store) -> None:
    assert find(store, "a").manifest.version == "1.10.0"
    found = find(store, "a", "1.9.0")
    assert found.digest == digest(found.manifest.to_bytes())


def test_what_is_not_there_is_told_with_what_is(store: Store) -> None:
    with pytest.raises(BadInput, match=r"a 1\.11\.0 is not published in .*; it has 1\.9\.0, 1\.10\.0"):
        find(store, "a", "1.11.0")
    with pytest.raises(BadInput, match="has no model 'c'; it has a, b"):
        find(store, "c")


def test_a_new_version_replaces_the_latest(store: Store) -> None:
    before = replaced(store, "a", Version(1, 11, 0))
    assert before is not None
    assert before.manifest.version == "1.10.0"
    assert replaced(store, "none", Version(1, 0, 0)) is None
    for version in (Version(1, 10, 0), Version(1, 9, 5)):
        with pytest.raises(Refused, match=r"is not above 1\.10\.0, the latest of a"):
            replaced(store, "a", version)
