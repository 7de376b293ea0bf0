"""The ledger on both kinds of stores that run here."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from modelstore.history import Event, Happened
from modelstore.ledger import Ledger, beside
from modelstore.store import Store
from modelstore.store_errors import ObjectExists, ObjectNotFound, StoreUnavailable, UnreadableLedger
from tests.modelstore.test_history import WRITTEN


@pytest.fixture
def ledger(store: Store) -> Ledger:
    return Ledger(store, "serving", "maintenance_predictor")


def happened(event: str = "released", **of: Any) -> Happened:
    return Happened.model_validate(WRITTEN | {"event": event} | of)


def path(number: int) -> str:
    return f"serving/maintenance_predictor/{number:08}.json"


def test_what_happened_is_read_back_in_its_order(ledger: Ledger) -> None:
    assert ledger.read().entries == ()
    figures = {"errors": {"value": 0.07, "limit": 0.01, "canary": 0.08, "stable": None}}
    first = ledger.append(happened("released", commit="c0ffee", previous={"release": "a", "version": "1.0.0"}))
    aborted = happened("aborted", reason="errors 0.07 > 0.01", figures=figures)
    second = ledger.append(aborted)
    assert ledger.read().entries == (first, second)
    assert [(one.number, one.event, one.namespace, one.model) for one in (first, second)] == [
        (1, Event.RELEASED, "serving", "maintenance_predictor"),
        (2, Event.ABORTED, "serving", "maintenance_predictor"),
    ]
    assert (second.reason, second.figures) == (aborted.reason, aborted.figures)


def test_what_happened_once_is_written_once(ledger: Ledger) -> None:
    first = ledger.append(happened("aborted", reason="as the Job saw it"))
    assert ledger.append(happened("aborted", reason="as somebody found it later")) == first
    assert ledger.read().entries == (first,)


def test_a_release_that_comes_again_after_another_is_written_again(ledger: Ledger) -> None:
    for release in "aba":
        ledger.append(happened("promoted", release=release))
    assert [one.release for one in ledger.read().entries] == ["a", "b", "a"]


def test_two_who_write_at_once_make_two_entries(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    create = Store.create
    raced: list[str] = []

    def overtaken(self: Store, where: str, content: bytes) -> None:
        if not raced:
            raced.append(where)
            ledger.append(happened(release="theirs"))
        create(self, where, content)

    monkeypatch.setattr(Store, "create", overtaken)
    assert ledger.append(happened(release="ours")).number == 2
    assert [one.release for one in ledger.read().entries] == ["theirs", "ours"]


def test_an_answer_that_was_lost_makes_no_second_entry(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    create = Store.create

    def lost(self: Store, where: str, content: bytes) -> None:
        create(self, where, content)
        raise ObjectExists(where)  # what the library's own second try finds

    monkeypatch.setattr(Store, "create", lost)
    entry = ledger.append(happened())
    assert ledger.read().entries == (entry,)


def test_many_who_write_the_same_and_other_things_lose_nothing(ledger: Ledger) -> None:
    releases = [f"release-{number % 4}" for number in range(12)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ledger.append, [happened(release=release) for release in releases]))
    entries = ledger.read().entries
    assert {one.release for one in entries} == set(releases)
    assert [one.number for one in entries] == list(range(1, len(entries) + 1))


def test_an_entry_is_never_changed(ledger: Ledger) -> None:
    ledger.append(happened())
    before = ledger.store.read(path(1), 10_000)
    ledger.append(happened("promoted"))
    assert ledger.store.read(path(1), 10_000) == before


def test_ledgers_of_other_models_and_namespaces_are_apart(ledger: Ledger) -> None:
    other = Ledger(ledger.store, "serving", "building_load")
    elsewhere = Ledger(ledger.store, "staging", "maintenance_predictor")
    for one in (ledger, other, elsewhere):
        one.append(happened())
    assert [len(one.read().entries) for one in (ledger, other, elsewhere)] == [1, 1, 1]


def test_files_of_others_are_no_entries(ledger: Ledger) -> None:
    ledger.store.create("serving/maintenance_predictor/README", b"not ours")
    ledger.append(happened())
    assert len(ledger.read().entries) == 1


def test_a_missing_entry_is_named(ledger: Ledger) -> None:
    for event in ("released", "promoted"):
        ledger.append(happened(event))
    other = Ledger(ledger.store, "serving", "building_load")
    other.store.create("serving/building_load/00000002.json", ledger.store.read(path(2), 10_000))
    with pytest.raises(UnreadableLedger, match=r"building_load/00000001\.json is missing, and later entries are there"):
        other.read()
    with pytest.raises(UnreadableLedger):
        other.append(happened())


def test_an_entry_of_another_ledger_is_named(ledger: Ledger) -> None:
    Ledger(ledger.store, "staging", "maintenance_predictor").append(happened())
    ledger.store.create(path(1), ledger.store.read("staging/maintenance_predictor/00000001.json", 10_000))
    with pytest.raises(UnreadableLedger, match=r"00000001\.json is entry 1 of maintenance_predictor in staging"):
        ledger.read()


@pytest.mark.parametrize(("content", "why"), [(b"{}", "event: Field required"), (b"[", "Invalid JSON")])
def test_what_is_no_entry_is_named(ledger: Ledger, content: bytes, why: str) -> None:
    ledger.store.create(path(1), content)
    with pytest.raises(UnreadableLedger, match=rf"00000001\.json is not an entry: .*{why}"):
        ledger.read()


def test_a_store_that_is_away_is_told(s3: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    away = Ledger(Store.open(s3.url), "serving", "maintenance_predictor")
    with pytest.raises(StoreUnavailable):
        away.append(happened())


@pytest.mark.parametrize(
    ("models", "ledgers"),
    [
        ("s3://bucket/models", "s3://bucket/releases"),
        ("s3://bucket/some/models/", "s3://bucket/some/releases"),
        ("s3://bucket", "s3://bucket/releases"),
        ("gs://bucket/models", "gs://bucket/releases"),
        ("file:///folder/models", "file:///folder/releases"),
    ],
)
def test_it_is_beside_the_models(models: str, ledgers: str) -> None:
    assert beside(models) == ledgers


def test_a_folder_is_made_on_request_alone(tmp_path: Path) -> None:
    models = f"file://{tmp_path}/models"
    with pytest.raises(ObjectNotFound):
        Ledger.of(models, "serving", "m")
    assert Ledger.of(models, "serving", "m", create=True).append(happened()).number == 1
    assert (tmp_path / "releases/serving/m/00000001.json").is_file()
