"""Publishers that get in each other's way, or are killed, at every single write."""

import shutil
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from modelstore.catalog import Entry, versions
from modelstore.manifest import MANIFEST
from modelstore.store import Store
from modelstore.store_errors import ObjectExists, StoreUnavailable
from modelstore.version import Version
from slipway.errors import Refused
from slipway.models.succession import settle, succeed
from slipway.models.writing import write
from tests.slipway.models.manifests import manifest

WRITES = 4
"""Of a version with one file: that, its claim, its manifest, and that the claim is closed."""


def entry(version: str, **changes: str) -> Entry:
    new = manifest(version=version, **changes)
    return Entry(new, new.to_bytes())


FIRST, MINOR, MAJOR = entry("1.0.0"), entry("1.1.0"), entry("2.0.0")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "saved_model.pb").write_bytes(b"graph")
    return tmp_path


@pytest.fixture
def store(folder: Path) -> Store:
    store = Store.open(f"file://{folder}/store", create=True)
    write(store, FIRST, folder, None)
    return store


@pytest.fixture
def before(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, Callable[[], object]], None]:
    """Has something done before a write, once, counted from now."""

    def arrange(number: int, act: Callable[[], object]) -> None:
        create, left = Store.create, iter(range(number))

        def interrupted(self: Store, path: str, content: bytes | Path) -> None:
            if next(left, None) is None:
                monkeypatch.setattr(Store, "create", create)
                act()
            create(self, path, content)

        monkeypatch.setattr(Store, "create", interrupted)

    return arrange


def published(store: Store) -> list[str]:
    return [str(version) for version in versions(store, "tiny_model")]


def dies() -> None:
    raise StoreUnavailable("killed")


@pytest.mark.parametrize("number", range(WRITES))
def test_of_two_that_were_compared_with_the_same_version_one_is_published(
    number: int, store: Store, folder: Path, before: Callable[[int, Callable[[], object]], None]
) -> None:
    refused: list[str] = []

    def publish(new: Entry) -> None:
        try:
            write(store, new, folder, FIRST)
        except Refused as error:
            refused.append(str(error))

    before(number, lambda: publish(MAJOR))
    publish(MINOR)
    winner, loser = ("2.0.0", "1.1.0") if number < 2 else ("1.1.0", "2.0.0")
    assert published(store) == ["1.0.0", winner], f"and not {loser}, which was not compared with it"
    assert refused == [
        f"tiny_model {winner} was published meanwhile, and this model was compared with 1.0.0; publish again"
    ]


@pytest.mark.parametrize("number", range(WRITES))
def test_a_publisher_that_is_killed_holds_nobody_up(
    number: int, store: Store, folder: Path, before: Callable[[int, Callable[[], object]], None]
) -> None:
    before(number, dies)
    with pytest.raises(StoreUnavailable):
        write(store, MINOR, folder, FIRST)
    settle(store, "tiny_model", Version(1, 0, 0))
    decided = number >= 2
    assert published(store) == ["1.0.0", "1.1.0"][: 1 + decided]
    write(store, MAJOR, folder, MINOR if decided else FIRST)
    assert published(store)[-1] == "2.0.0"


@pytest.mark.parametrize("number", [0, 1])
def test_one_who_is_killed_while_helping_holds_nobody_up(
    number: int, store: Store, folder: Path, before: Callable[[int, Callable[[], object]], None]
) -> None:
    before(2, dies)
    with pytest.raises(StoreUnavailable):
        write(store, MINOR, folder, FIRST)
    before(number, dies)
    with pytest.raises(StoreUnavailable):
        settle(store, "tiny_model", Version(1, 0, 0))
    settle(store, "tiny_model", Version(1, 0, 0))
    assert published(store) == ["1.0.0", "1.1.0"]


def test_the_same_version_may_be_decided_by_two(
    store: Store, folder: Path, before: Callable[[int, Callable[[], object]], None]
) -> None:
    before(1, lambda: write(store, MINOR, folder, FIRST))
    write(store, MINOR, folder, FIRST)
    assert published(store) == ["1.0.0", "1.1.0"]


def test_another_manifest_of_the_same_version_is_told_apart(
    store: Store, folder: Path, before: Callable[[int, Callable[[], object]], None]
) -> None:
    before(1, lambda: write(store, MINOR, folder, FIRST))
    with pytest.raises(ObjectExists):
        write(store, entry("1.1.0", description="another"), folder, FIRST)


def test_an_answer_that_was_lost_is_no_other_publisher(
    store: Store, folder: Path, before: Callable[[int, Callable[[], object]], None]
) -> None:
    claim = "tiny_model/successors/1.0.0/1.json"
    before(1, lambda: store.create(claim, MINOR.content))
    write(store, MINOR, folder, FIRST)
    assert published(store) == ["1.0.0", "1.1.0"]


@pytest.mark.parametrize("number", [2, 3, None])
def test_a_version_that_people_have_removed_may_be_published_anew(
    number: int | None, store: Store, folder: Path, before: Callable[[int, Callable[[], object]], None]
) -> None:
    """Whether it was published or its publisher killed on the way."""
    if number is not None:
        before(number, dies)
    with nullcontext() if number is None else pytest.raises(StoreUnavailable):
        write(store, MINOR, folder, FIRST)
    shutil.rmtree(folder / "store" / "tiny_model" / "1.1.0")
    settle(store, "tiny_model", Version(1, 0, 0))
    assert published(store) == ["1.0.0"]
    write(store, entry("1.1.0", description="another"), folder, FIRST)
    assert published(store) == ["1.0.0", "1.1.0"]
    with pytest.raises(Refused, match=r"1\.1\.0 was published meanwhile"):
        write(store, MAJOR, folder, FIRST)


def test_a_version_of_a_release_that_knew_no_claims_stays_as_it_is(
    store: Store, folder: Path, before: Callable[[int, Callable[[], object]], None]
) -> None:
    theirs = entry("1.1.0", description="theirs")
    before(2, lambda: store.create(f"tiny_model/1.1.0/{MANIFEST}", theirs.content))
    with pytest.raises(ObjectExists):
        write(store, MINOR, folder, FIRST)
    settle(store, "tiny_model", Version(1, 0, 0))
    assert store.read(f"tiny_model/1.1.0/{MANIFEST}", 10_000) == theirs.content
    assert succeed(store, MAJOR, Version(1, 1, 0)) == MAJOR
