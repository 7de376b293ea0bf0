import pytest

from modelstore.manifest import MANIFEST
from modelstore.signature import SIGNATURE
from modelstore.store import Store
from modelstore.store_errors import DigestMismatch, ObjectNotFound, StoreUnavailable
from slipway.errors import Refused
from slipway.promotion import models
from tests.slipway.promotion.conftest import MODEL, Two

VERSION = f"{MODEL}/1.1.0"


def copied(two: Two) -> models.Copied:
    return models.copy(two.staging.store, two.prod.store, MODEL, "1.1.0", two.staging.digest("1.1.0"))


def test_a_version_arrives_byte_for_byte(two: Two) -> None:
    two.staging.store.create(f"{VERSION}/{SIGNATURE}", b"signed")
    done = copied(two)
    here, there = two.staging.store, two.prod.store
    assert done.files == 3
    assert there.sizes(VERSION) == here.sizes(VERSION)
    for path, size in here.sizes(VERSION).items():
        assert there.read(path, size) == here.read(path, size)


def test_a_second_copy_writes_nothing(two: Two) -> None:
    copied(two)
    assert copied(two).files == 0


def test_a_copy_that_was_killed_is_gone_on_with(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    create = Store.create

    def killed(self: Store, path: str, content: bytes) -> None:
        if path.endswith(MANIFEST):
            raise StoreUnavailable("killed")
        create(self, path, content)

    monkeypatch.setattr(Store, "create", killed)
    with pytest.raises(StoreUnavailable):
        copied(two)
    monkeypatch.undo()
    assert list(two.prod.store.sizes(VERSION)) == [f"{VERSION}/saved_model.pb"]  # no manifest, so no version
    assert copied(two).files == 1


@pytest.mark.parametrize("file", [MANIFEST, "saved_model.pb"])
def test_another_model_under_its_version_is_left_alone(two: Two, file: str) -> None:
    two.prod.store.create(f"{VERSION}/{file}", b"other")
    with pytest.raises(Refused, match="with other content: a published version never changes"):
        copied(two)
    assert two.prod.store.read(f"{VERSION}/{file}", 5) == b"other"


def test_what_is_not_what_was_proven_goes_nowhere(two: Two) -> None:
    with pytest.raises(DigestMismatch):
        models.copy(two.staging.store, two.prod.store, MODEL, "1.1.0", two.staging.digest("1.0.0"))
    path = two.staging.folder / f"store/models/{VERSION}/saved_model.pb"
    path.write_bytes(b"GRAPH")
    with pytest.raises(DigestMismatch):
        copied(two)
    path.unlink()
    with pytest.raises(ObjectNotFound):
        copied(two)
    assert two.prod.store.sizes(MODEL) == {}
