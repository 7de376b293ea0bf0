"""What a verification remembers, and what it does where it can't."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from modelstore.history import Event, Figure, Happened, Served
from modelstore.ledger import Ledger
from modelstore.store import Store
from modelstore.store_errors import AccessDenied, StoreError, StoreUnavailable
from service.verify import records as module
from service.verify.closing import Verdict
from service.verify.records import Records
from service.verify.wanted import VerificationFailed, Wanted
from tests.modelstore.test_history import WRITTEN
from tests.service.verify.objects import IMAGE, MANIFEST

BEFORE = Served(release="a", version="1.0.0")


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def records(ledger: Ledger, wanted: Wanted, said: list[str], monkeypatch: pytest.MonkeyPatch) -> Records:
    monkeypatch.setattr(module, "PAUSE", 0)
    return Records(ledger=ledger, wanted=replace(wanted, attempt=2, commit="c0ffee"), say=said.append)


def away(monkeypatch: pytest.MonkeyPatch, *errors: StoreError) -> None:
    """The store's next lists fail so."""
    waiting: Iterator[StoreError] = iter(errors)
    sizes = Store.sizes

    def fails(self: Store, folder: str) -> Any:
        error = next(waiting, None)
        if error is not None:
            raise error
        return sizes(self, folder)

    monkeypatch.setattr(Store, "sizes", fails)


def remembered(records: Records) -> list[Any]:
    return [(one.event, one.release, one.attempt, one.reason, one.previous) for one in records.ledger.read().entries]


def test_a_release_is_remembered_with_all_that_it_was_made_of(records: Records) -> None:
    records.begun(BEFORE)
    (entry,) = records.ledger.read().entries
    assert dict(entry) | {"at": None} == {
        "schema_version": 1,
        "number": 1,
        "event": Event.RELEASED,
        "at": None,
        "namespace": "serving",
        "model": "maintenance_predictor",
        "release": "7f",
        "attempt": 2,
        "version": "1.1.0",
        "manifest": MANIFEST,
        "image": IMAGE,
        "commit": "c0ffee",
        "previous": BEFORE,
        "reason": "",
        "figures": {},
    }


def test_a_stack_that_names_no_commit_has_none(records: Records, wanted: Wanted) -> None:
    records.wanted = wanted
    records.begun(None)
    assert records.ledger.read().entries[0].commit is None


def test_an_abort_is_remembered_with_its_reason_and_figures(records: Records) -> None:
    figures = {"errors": Figure(value=0.07)}
    records.aborted("errors", figures, BEFORE, serves=False)
    again = records.aborted("what another saw", {}, None, serves=False)
    assert again is not None
    assert again.reason == "errors"
    assert remembered(records) == [(Event.ABORTED, "7f", 2, "errors", BEFORE)]
    assert records.ledger.read().entries[0].figures == figures


def test_a_release_that_serves_was_promoted_and_is_said_once(records: Records) -> None:
    records.begun(BEFORE)
    records.arrived({}, None)
    records.arrived({}, None)
    assert remembered(records) == [(Event.RELEASED, "7f", 2, "", BEFORE), (Event.PROMOTED, "7f", 2, "", BEFORE)]


def test_a_release_that_serves_again_was_gone_back_to(records: Records) -> None:
    records.arrived({}, None)
    other = WRITTEN | {"event": "promoted", "release": "a", "version": "1.0.0"}
    records.ledger.append(Happened.model_validate(other))
    records.arrived({}, None)
    assert remembered(records)[-1] == (Event.ROLLED_BACK, "7f", 2, "", BEFORE)


def test_a_release_that_served_all_along_is_no_news(records: Records) -> None:
    records.arrived({}, None)
    for event in ("released", "aborted"):
        records.ledger.append(Happened.model_validate(WRITTEN | {"event": event}))
    records.arrived({}, None)
    assert len(remembered(records)) == 3


def test_what_the_cluster_tells_before_the_ledger_does_goes_first(records: Records) -> None:
    records.arrived({}, Served(release="z", version="0.9.0"))
    assert remembered(records)[0][-1] == Served(release="z", version="0.9.0")


def test_the_end_of_another_release_keeps_what_was_written_at_its_beginning(records: Records) -> None:
    theirs = Happened.model_validate(WRITTEN | {"event": "released", "previous": BEFORE, "commit": "beef"})
    given = records.ledger.append(theirs)
    records.close(given, Verdict(Event.ABORTED, "gave way", {"errors": Figure(value=1)}))
    (_, ended) = records.ledger.read().entries
    assert dict(ended) | {"at": None, "number": 1} == dict(given) | {
        "at": None,
        "event": Event.ABORTED,
        "reason": "gave way",
        "figures": {"errors": Figure(value=1)},
    }


def test_a_store_that_is_away_is_waited_for(records: Records, monkeypatch: pytest.MonkeyPatch, said: list[str]) -> None:
    away(monkeypatch, StoreUnavailable("away"))
    with pytest.raises(StoreUnavailable):
        records.history()
    assert records.history() is not None
    assert said == []


@pytest.mark.parametrize(("error", "patience"), [(StoreUnavailable("away"), 0.0), (AccessDenied("no right"), 30.0)])
def test_a_ledger_that_nobody_can_read_is_done_without(
    error: StoreError, patience: float, records: Records, monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    records.patience = patience
    away(monkeypatch, error)
    assert records.history() is None
    assert said == [f"the ledger can't be read: {error}"]


def test_an_end_is_written_as_soon_as_the_store_is_back(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    away(monkeypatch, StoreUnavailable("away"), StoreUnavailable("away"))
    records.aborted("errors", {}, None, serves=True)
    assert len(remembered(records)) == 1


@pytest.mark.parametrize(("error", "patience"), [(StoreUnavailable("away"), 0.0), (AccessDenied("no right"), 30.0)])
def test_an_end_that_cannot_be_written_is_told(
    error: StoreError, patience: float, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    records.patience = patience
    away(monkeypatch, error, error)
    with pytest.raises(VerificationFailed, match=f"the ledger could not be written: {error}"):
        records.aborted("errors", {}, None, serves=True)
    with pytest.raises(VerificationFailed, match=f"the ledger could not be written: {error}"):
        records.arrived({}, None)


def test_the_end_of_another_that_cannot_be_written_is_left_to_the_next(
    records: Records, monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    given = records.ledger.append(Happened.model_validate(WRITTEN | {"event": "released"}))
    away(monkeypatch, StoreUnavailable("away"))
    records.close(given, Verdict(Event.ABORTED, "gave way"))
    assert said == ["the ledger can't be written: away"]
