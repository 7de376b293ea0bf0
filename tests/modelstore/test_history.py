"""What happened, and what follows from it."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from modelstore.history import Entry, Event, Figure, Happened, History, Served

AT = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
RELEASED, PROMOTED, ABORTED, ROLLED_BACK = Event
WRITTEN: dict[str, Any] = {
    "event": "aborted",
    "at": "2026-11-29T13:00:00+01:00",
    "release": "b0b0b0b0b0",
    "attempt": 1,
    "version": "1.1.0",
    "manifest": "sha256:" + "1" * 64,
    "image": "registry/service@sha256:" + "2" * 64,
}


def history(*happened: str) -> History:
    """Of lines like `promoted a`, `released b 2` and `rolled_back a < b`."""
    entries: list[Entry] = []
    for number, line in enumerate(happened, 1):
        words, _, left = line.partition(" < ")
        event, release, attempt = (*words.split(), "1")[:3]
        previous = {"release": left, "version": "1.0.0"} if left else None
        of = {"event": event, "release": release, "attempt": int(attempt), "previous": previous}
        entries.append(Entry.model_validate(WRITTEN | of | {"number": number, "namespace": "n", "model": "m"}))
    return History(tuple(entries))


def test_an_entry_tells_the_time_in_utc() -> None:
    happened = Happened.model_validate(WRITTEN)
    assert happened.at == datetime(2026, 11, 29, 13, tzinfo=timezone(timedelta(hours=1)))
    assert '"at":"2026-11-29T12:00:00Z"' in happened.model_dump_json()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("event", "tried"),
        ("at", "2026-11-29T13:00:00"),
        ("release", ""),
        ("attempt", 0),
        ("version", "1.1"),
        ("manifest", "latest"),
        ("image", ""),
        ("figures", {"errors": {"value": float("nan")}}),
        ("mood", "good"),
    ],
)
def test_what_is_no_entry_is_refused(key: str, value: object) -> None:
    with pytest.raises(ValidationError, match=key):
        Happened.model_validate(WRITTEN | {key: value})


def test_an_entry_says_by_which_figures_it_was_judged_and_what_served_before() -> None:
    figures = {"errors": {"value": 0.07, "limit": 0.01, "canary": 0.08, "stable": 0.01}}
    given = WRITTEN | {"figures": figures, "previous": {"release": "a", "version": "1.0.0"}}
    happened = Happened.model_validate(given)
    assert happened.figures == {"errors": Figure(value=0.07, limit=0.01, canary=0.08, stable=0.01)}
    assert happened.previous == Served(release="a", version="1.0.0")


@pytest.mark.parametrize(
    ("happened", "release"),
    [
        ((), None),
        (("released a",), None),
        (("released a", "promoted a", "released b"), "a"),
        (("promoted a", "released b", "aborted b"), "a"),
        (("promoted a", "promoted b", "rolled_back a < b"), "a"),
    ],
)
def test_what_serves_is_what_was_promoted_or_gone_back_to_last(happened: tuple[str, ...], release: str | None) -> None:
    serving = history(*happened).serving
    assert (serving and serving.release) == release


@pytest.mark.parametrize(
    ("happened", "healthy"),
    [
        (("released a",), []),
        (("promoted a", "released b"), ["a"]),
        (("promoted a", "released b", "aborted b"), ["a"]),
        (("promoted a", "promoted b"), ["a", "b"]),
        (("promoted a", "promoted b", "rolled_back a < b"), ["a"]),
        (("promoted a", "promoted b", "rolled_back a < b", "promoted b"), ["a", "b"]),
        (("promoted a", "promoted b", "aborted a"), ["b"]),
        (("promoted a", "promoted b", "promoted c", "rolled_back a < c"), ["b", "a"]),
    ],
)
def test_a_way_back_was_promoted_and_neither_aborted_nor_left_by_a_rollback_since(
    happened: tuple[str, ...], healthy: list[str]
) -> None:
    assert list(history(*happened).healthy) == healthy


def test_the_nearest_way_back_is_what_served_last() -> None:
    ways = history("promoted a", "promoted b", "promoted c", "released d", "aborted d").ways_back
    assert [one.release for one in ways] == ["b", "a"]


def test_a_rollback_from_a_release_that_nobody_knows_leaves_the_others_healthy() -> None:
    unknown = WRITTEN | {"event": "rolled_back", "release": "a", "previous": {"release": None, "version": None}}
    entry = Entry.model_validate(unknown | {"number": 2, "namespace": "n", "model": "m"})
    assert list(History((*history("promoted b").entries, entry)).healthy) == ["b", "a"]


@pytest.mark.parametrize(
    ("happened", "release"), [((), None), (("released a",), "a"), (("released a", "promoted a"), None)]
)
def test_a_release_whose_end_is_missing_is_under_way(happened: tuple[str, ...], release: str | None) -> None:
    under_way = history(*happened).under_way
    assert (under_way and under_way.release) == release


@pytest.mark.parametrize(
    ("happened", "number"),
    [
        ((), None),
        (("released b",), None),
        (("released b", "aborted b"), 2),
        (("aborted b", "released b 2"), None),
        (("aborted b", "released b 2", "aborted b 2", "promoted c"), 3),
        (("promoted b", "promoted c"), None),
    ],
)
def test_an_abort_counts_until_the_release_is_tried_again(happened: tuple[str, ...], number: int | None) -> None:
    aborted = history(*happened).aborted("b")
    assert (aborted and aborted.number) == number


@pytest.mark.parametrize(
    ("happened", "event", "number"),
    [
        (("released b",), RELEASED, 1),
        (("released b", "aborted b"), RELEASED, 1),
        (("released b", "aborted b"), PROMOTED, None),
        (("released b 2",), RELEASED, None),
        (("promoted b", "promoted c"), PROMOTED, None),
        (("promoted b", "promoted c", "promoted b"), PROMOTED, 3),
        (("rolled_back b < c",), ROLLED_BACK, 1),
        (("aborted b", "released b 2"), ABORTED, None),
    ],
)
def test_what_is_written_at_the_end_is_written(happened: tuple[str, ...], event: Event, number: int | None) -> None:
    written = history(*happened).written(event, "b", 1)
    assert (written and written.number) == number


@pytest.mark.parametrize(
    ("happened", "event"),
    [
        ((), PROMOTED),
        (("promoted a", "released b"), PROMOTED),
        (("released b", "aborted b"), PROMOTED),
        (("promoted b", "promoted a"), ROLLED_BACK),
        (("promoted b", "rolled_back a < b"), PROMOTED),
        (("promoted b",), None),
        (("promoted b", "released b"), PROMOTED),
        (("promoted b", "aborted b"), PROMOTED),
        (("promoted b", "released a"), None),
        (("promoted b", "released a", "aborted a"), None),
    ],
)
def test_a_release_that_serves_everyone_is_promoted_or_gone_back_to(
    happened: tuple[str, ...], event: Event | None
) -> None:
    assert history(*happened).arrival("b") is event


def test_what_served_before_is_written_at_the_beginning_and_otherwise_what_serves() -> None:
    assert history().previous("b", 1) is None
    assert history("promoted b").previous("b", 1) is None
    assert history("promoted a").previous("b", 1) == Served(release="a", version="1.1.0")
    assert history("promoted a", "released b < z").previous("b", 1) == Served(release="z", version="1.0.0")


def test_all_aborts_of_a_release_are_found() -> None:
    aborts = history("aborted b", "aborted c", "promoted a", "aborted b 2").aborts("b")
    assert [one.number for one in aborts] == [1, 4]
