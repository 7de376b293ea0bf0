from datetime import UTC, datetime
from typing import Any

import pytest

from modelstore.history import Entry, Event, Served
from modelstore.manifest import digest
from slipway.notifications.message import message


def entry(**changes: Any) -> Entry:
    given: dict[str, Any] = {
        "event": Event.PROMOTED,
        "at": datetime(2026, 11, 29, 12, tzinfo=UTC),
        "release": "0123456789",
        "attempt": 1,
        "version": "1.1.0",
        "manifest": digest(b""),
        "image": "x",
        "number": 1,
        "namespace": "serving",
        "model": "pump",
        "previous": Served(release="9876543210", version="1.0.0"),
    }
    return Entry.model_validate(given | changes)


def fields(document: dict[str, Any]) -> dict[str, str]:
    [attachment] = document["attachments"]
    return {one["title"]: one["value"] for one in attachment["fields"]}


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (Event.PROMOTED, "✅ pump 1.1.0 serves everyone in slipway/prod, after 1.0.0"),
        (Event.ABORTED, "⛔ pump 1.1.0 was aborted in slipway/prod, after 1.0.0"),
        (Event.ROLLED_BACK, "↩️ pump 1.1.0 serves again in slipway/prod, after 1.0.0"),
        (Event.RELEASED, "📦 pump 1.1.0 is being released in slipway/prod, after 1.0.0"),
    ],
)
def test_it_says_what_happened(event: Event, words: str) -> None:
    document = message(entry(event=event), "slipway/prod")
    assert document["text"] == document["attachments"][0]["fallback"] == words
    assert fields(document)["event"] == event.value


def test_details_are_fields() -> None:
    found = fields(message(entry(attempt=2, commit="0123456789abcdef", reason="errors"), "x/prod", "https://ci/1"))
    assert found == {
        "model": "pump 1.1.0",
        "stack": "x/prod",
        "event": "promoted",
        "release": "0123456789, attempt 2",
        "commit": "0123456789ab",
        "why": "errors",
        "run": "<https://ci/1>",
    }
    assert "why" not in fields(message(entry(previous=None), "x/prod"))


def test_a_reason_calls_nobody_and_has_a_bounded_length() -> None:
    found = fields(message(entry(reason="<!channel> & " + "x" * 5000), "x/prod"))
    assert found["why"].startswith("&lt;!channel&gt; &amp; xxx")
    assert len(found["why"]) < 1100
