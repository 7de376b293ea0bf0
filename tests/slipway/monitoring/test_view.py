from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from panels import table
from slipway.monitoring.snapshot import Span, Watch
from slipway.monitoring.view import NoSuchModel, View
from tests.slipway.monitoring.conftest import Clock
from tests.slipway.monitoring.fake import MODEL, OLD, Fake

HERE: Final = "serving/maintenance-predictor"
OTHER: Final = {**MODEL, "model": "building-load"}


@pytest.fixture
def view(watch: Watch, tmp_path: Path) -> View:
    (tmp_path / "ModelDown.md").write_text("# What to do")
    return View(watch, tmp_path)


def alert(name: str, severity: str, state: str = "firing", since: str = "10:00", **annotations: str) -> dict[str, Any]:
    labels = {"alertname": name, "severity": severity}
    return {"labels": labels, "annotations": annotations, "state": state, "activeAt": f"2026-11-29T{since}:00Z"}


def keys(sections: Sequence[dict[str, Any]]) -> set[str]:
    return {panel["key"] for section in sections for panel in section["panels"]}


def test_the_first_model_is_shown_until_another_is_chosen(fake: Fake, view: View) -> None:
    fake.series["group by"] = [(MODEL, "1"), (OTHER, "1")]
    shown = view.document(None, Span.HOUR)
    assert shown["models"] == ["serving/building-load", HERE]
    assert shown["model"] == "serving/building-load"
    assert view.document(HERE, Span.HOUR)["model"] == HERE


def test_only_models_that_prometheus_names_are_asked_about(fake: Fake, view: View) -> None:
    with pytest.raises(NoSuchModel):
        view.document('serving/x"} or secrets{a="', Span.HOUR)
    assert [asked["query"] for _, asked in fake.asked] == [table.MODELS]


def test_everything_has_its_place(view: View) -> None:
    shown = view.document(HERE, Span.HOUR)
    assert [tile["key"] for tile in shown["tiles"]] == ["alerts", *(panel.key for panel in table.TILES)]
    assert [section["title"] for section in shown["sections"]] == [section.title for section in table.SECTIONS]
    wanted = {panel.key for section in table.SECTIONS for panel in section.panels if not panel.optional}
    assert keys(shown["sections"]) == wanted
    assert shown["at"] == "12:00:07"


def test_where_there_is_a_gpu_it_is_shown_and_missed(fake: Fake, view: View) -> None:
    fake.series["gpu"] = [(OLD, "0.9")]
    assert {"gpu", "gpu_memory"} <= keys(view.document(HERE, Span.HOUR)["sections"])
    fake.broken = {"gpu"}
    shown = view.document(HERE, Span.HOUR)["sections"]
    [gpu] = [panel for section in shown for panel in section["panels"] if panel["key"] == "gpu"]
    assert gpu["missing"]["since"] == "12:00:07"


def test_while_prometheus_is_away_the_page_says_since_when(fake: Fake, view: View, clock: Clock) -> None:
    view.document(HERE, Span.HOUR)
    fake.broken = {"/api"}
    clock.time += timedelta(seconds=30)
    view.document(HERE, Span.HOUR)
    clock.time += timedelta(minutes=10)
    shown = view.document(HERE, Span.HOUR)
    gone = {"why": f"{fake.url} answers 503: query timed out", "since": "12:00:37"}
    assert shown["missing"] == shown["alerts"]["missing"] == gone
    assert (shown["model"], shown["models"]) == (HERE, [HERE])
    assert {tile["text"] for tile in shown["tiles"]} == {"–"}  # noqa: RUF001 - a dash
    panels = [panel for section in shown["sections"] for panel in section["panels"]]
    assert all(panel["missing"] == gone and panel["traces"] == [] for panel in panels)
    fake.broken = set()
    assert view.document(HERE, Span.HOUR)["missing"] is None


def test_without_any_model_the_page_is_empty_and_alerts_are_shown(fake: Fake, view: View) -> None:
    fake.series["group by"] = []
    fake.alerts = [alert("A", "page")]
    shown = view.document(None, Span.HOUR)
    assert (shown["models"], shown["model"], shown["sections"]) == ([], None, [])
    assert [tile["text"] for tile in shown["tiles"]] == ["1"]


def test_alerts_for_people_come_first_and_the_loudest_of_them(fake: Fake, view: View) -> None:
    fake.alerts = [
        alert("Watchdog", "none"),
        alert("Soon", "page", "pending"),
        alert("Ticket", "ticket"),
        alert("Earlier", "page", since="09:00"),
        alert("Later", "page", since="10:30"),
        alert("Theirs", "critical", since="10:45"),
    ]
    shown = view.document(HERE, Span.HOUR)
    names = [one["name"] for one in shown["alerts"]["list"]]
    assert names == ["Later", "Earlier", "Theirs", "Ticket", "Soon", "Watchdog"]
    assert shown["tiles"][0]["text"] == "4"
    assert shown["tiles"][0]["level"] == "bad"
    assert shown["alerts"]["list"][0]["since"] == "2026-11-29 11:30"


@pytest.mark.parametrize(
    ("alerts", "level"),
    [
        ([], "good"),
        ([alert("A", "none")], "good"),
        ([alert("A", "page", "pending")], "good"),
        ([alert("A", "ticket")], "warning"),
        ([alert("A", "ticket"), alert("B", "page")], "bad"),
    ],
)
def test_the_tile_is_as_loud_as_the_loudest(alerts: list[dict[str, Any]], level: str, fake: Fake, view: View) -> None:
    fake.alerts = alerts
    assert view.document(HERE, Span.HOUR)["tiles"][0]["level"] == level


@pytest.mark.parametrize(
    ("annotations", "link"),
    [
        ({"runbook": "docs/runbooks/ModelDown.md"}, {"text": "runbook", "url": "/runbooks/ModelDown"}),
        ({"runbook_url": "https://runbooks.example/x"}, {"text": "runbook", "url": "https://runbooks.example/x"}),
        ({"runbook": "docs/runbooks/Other.md"}, {"text": "docs/runbooks/Other.md"}),
        ({"runbook": "javascript:alert(1)"}, {"text": "javascript:alert(1)"}),
        ({}, None),
    ],
)
def test_an_alert_leads_to_its_runbook(
    annotations: dict[str, str], link: dict[str, str] | None, fake: Fake, view: View
) -> None:
    fake.alerts = [alert("A", "page", **annotations)]
    assert view.document(HERE, Span.HOUR)["alerts"]["list"][0]["runbook"] == link


def test_only_runbooks_are_read(view: View, tmp_path: Path) -> None:
    (tmp_path.parent / "secret.md").write_text("secret")
    assert view.runbook("ModelDown") == "# What to do"
    assert view.runbook("../secret") is None
    assert view.runbook("") is None


@pytest.mark.parametrize(("span", "seconds"), [(Span.QUARTER, 15), (Span.HOUR, 15), (Span.MONTH, 60)])
def test_the_page_looks_again_when_there_is_something_new(span: Span, seconds: int, view: View) -> None:
    assert view.document(HERE, span)["refreshSeconds"] == seconds
