import json
from typing import Any, Final

import pulumi

from infra.serving.monitoring.dashboards import Dashboard, DashboardArgs, rendered, title
from panels import table
from panels.panel import Kind, Unit
from tests.infra.recording import Recording, record

MADE: Final[dict[str, Any]] = json.loads(rendered("serving", "maintenance-predictor"))
PANELS: Final[dict[str, Any]] = {}
for _panel, _made in zip(table.panels(), [one for one in MADE["panels"] if one["type"] != "row"], strict=True):
    PANELS[_panel.key] = _made


def recorded() -> Recording:
    def program() -> None:
        Dashboard("maintenance-predictor", DashboardArgs(namespace="serving"), opts=pulumi.ResourceOptions())

    return record(program, "slipway", "local", {}, references={}, preview=False)


def test_it_is_where_the_sidecar_looks() -> None:
    found = recorded().one("ConfigMap")
    assert found["metadata"]["namespace"] == "serving"
    assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert json.loads(found["data"]["slipway-serving-maintenance-predictor.json"]) == MADE
    assert recorded().components <= recorded().complete


def test_dashboards_of_two_namespaces_are_two() -> None:
    other = json.loads(rendered("trial", "maintenance-predictor"))
    assert other["uid"] != MADE["uid"]
    assert other["title"] == title("trial", "maintenance-predictor") != MADE["title"]
    assert len(MADE["uid"]) <= 40


def test_it_asks_what_the_page_asks() -> None:
    for panel in table.panels():
        made = PANELS[panel.key]
        assert (made["title"], made["description"].startswith(panel.about)) == (panel.title, True)
        asked = [target["expr"] for target in made["targets"]]
        assert asked == [query.of("serving", "maintenance-predictor") for query in panel.queries]
        assert [target["refId"] for target in made["targets"]] == list("ABCDEFG")[: len(asked)]


def test_a_panel_is_drawn_as_its_kind() -> None:
    for panel in table.panels():
        made = PANELS[panel.key]
        kinds = {Kind.TILE: "stat", Kind.BARS: "bargauge", Kind.LINES: "timeseries", Kind.AREAS: "timeseries"}
        assert made["type"] == kinds[panel.kind]
        now = panel.kind in (Kind.TILE, Kind.BARS)
        assert {(target.get("instant"), target.get("range")) for target in made["targets"]} == {(now, not now)}
        stacked = made["fieldConfig"]["defaults"].get("custom", {}).get("stacking", {}).get("mode")
        assert (stacked == "normal") == (panel.kind is Kind.AREAS)


def test_numbers_have_grafana_s_units() -> None:
    units = {panel.unit: PANELS[panel.key]["fieldConfig"]["defaults"]["unit"] for panel in table.panels()}
    assert units[Unit.SECONDS] == "s"
    assert units[Unit.SHARE] == "percentunit"
    assert units[Unit.BYTES] == "bytes"
    assert units[Unit.PER_SECOND] == "reqps"
    assert units.keys() == set(Unit)


def test_a_tile_that_is_bad_is_red() -> None:
    assert PANELS["budget_errors"]["fieldConfig"]["defaults"]["thresholds"]["steps"] == [
        {"color": "red", "value": None},
        {"color": "yellow", "value": 0},
        {"color": "green", "value": 0.25},
    ]
    assert PANELS["p99"]["options"]["colorMode"] == "none"


def test_the_same_prometheus_is_asked_by_all() -> None:
    assert [one["type"] for one in MADE["templating"]["list"]] == ["datasource"]
    sources = {target["datasource"]["uid"] for made in PANELS.values() for target in made["targets"]}
    assert sources == {"${datasource}"}


def test_panels_have_places_of_their_own() -> None:
    places: set[tuple[int, int]] = set()
    for made in MADE["panels"]:
        at = made["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & places
        assert at["x"] + at["w"] <= 24
        places |= cells
    assert len({made["id"] for made in MADE["panels"]}) == len(MADE["panels"])


def test_it_is_far_smaller_than_a_config_map_may_be() -> None:
    assert len(rendered("serving", "maintenance-predictor")) < 100_000
