import json
from datetime import timedelta

import pytest

from panels import table
from slipway.errors import SlipwayError
from slipway.monitoring.snapshot import Missing, Model, Snapshot, Span, Watch, document
from tests.slipway.monitoring.conftest import NOON, Clock
from tests.slipway.monitoring.fake import MODEL, NEW, OLD, Fake

HERE = Model("serving", "maintenance-predictor")


def missing(snapshot: Snapshot) -> dict[str, Missing]:
    return {seen.panel.key: seen.missing for seen in snapshot.seen if seen.missing}


def test_every_panel_is_asked_of_the_model(fake: Fake, watch: Watch) -> None:
    snapshot = watch.look(HERE, Span.HOUR)
    assert [seen.panel for seen in snapshot.seen] == list(table.panels())
    expected = {query.of(HERE.namespace, HERE.name) for panel in table.panels() for query in panel.queries}
    assert {asked["query"] for _, asked in fake.asked} == expected
    assert missing(snapshot) == {}


@pytest.mark.parametrize("span", Span)
def test_lines_go_back_as_far_as_they_shall(span: Span, fake: Fake, watch: Watch) -> None:
    snapshot = watch.look(HERE, span)
    assert snapshot.end - snapshot.start == span.length
    assert timedelta(0) <= NOON - snapshot.end < timedelta(seconds=span.step)
    for _, asked in fake.asked:
        if "start" in asked:
            assert float(asked["end"]) - float(asked["start"]) == span.length.total_seconds()
            assert float(asked["start"]) % int(asked["step"]) == 0, "points would dance from look to look"
            assert span.length.total_seconds() / int(asked["step"]) <= 300


def test_a_line_knows_its_query_and_its_name(watch: Watch) -> None:
    [latency] = [seen for seen in watch.look(HERE, Span.QUARTER).seen if seen.panel.key == "latency"]
    assert [(line.query, line.legend) for line in latency.lines][:3] == [
        (0, "p99 1.0.0 · 4f2a"), (0, "p99 1.1.0 · b773"), (1, "p95 1.0.0 · 4f2a"),
    ]  # fmt: skip
    assert [line.labels for line in latency.lines][:2] == [OLD, NEW]


def test_what_is_not_answered_is_missing_since_it_was_not_and_nothing_else_is(
    fake: Fake, watch: Watch, clock: Clock
) -> None:
    assert missing(watch.look(HERE, Span.HOUR)) == {}
    fake.broken = {"queue_delay"}
    clock.time += timedelta(minutes=1)
    first = clock.time
    told = Missing(f"{fake.url} answers 503: query timed out", first)
    assert missing(watch.look(HERE, Span.HOUR)) == {"queue_delay": told}
    clock.time += timedelta(minutes=5)
    assert missing(watch.look(HERE, Span.DAY)) == {"queue_delay": told}
    fake.broken = set()
    assert missing(watch.look(HERE, Span.HOUR)) == {}
    fake.broken = {"queue_delay"}
    clock.time += timedelta(minutes=1)
    assert missing(watch.look(HERE, Span.HOUR))["queue_delay"].since == clock.time


def test_models_and_alerts_may_be_missing_too(fake: Fake, watch: Watch) -> None:
    assert watch.models() == [HERE]
    assert watch.alerts() == []
    fake.broken = {"group by", "alerts"}
    assert watch.models() == Missing(f"{fake.url} answers 503: query timed out", NOON)
    assert watch.alerts() == Missing(f"{fake.url} answers 503: query timed out", NOON)


def test_models_come_in_the_order_of_their_names(fake: Fake, watch: Watch) -> None:
    fake.series["group by"] = [(MODEL, "1"), ({"namespace": "a", "model": "z"}, "1"), ({**MODEL, "model": "b"}, "1")]
    found = watch.models()
    assert not isinstance(found, Missing)
    assert [str(model) for model in found] == ["a/z", "serving/b", "serving/maintenance-predictor"]


def test_whether_prometheus_answers_is_asked_at_once(fake: Fake, watch: Watch) -> None:
    watch.reach()
    fake.broken = {"vector"}
    with pytest.raises(SlipwayError, match="query timed out"):
        watch.reach()


def test_machines_get_all_panels_with_units_and_samples(fake: Fake, watch: Watch) -> None:
    fake.alerts = [
        {"labels": {"alertname": "A", "severity": "page"}, "state": "firing", "activeAt": "2026-11-29T10:00:00Z"}
    ]
    fake.broken = {"queue_delay"}
    told = json.loads(json.dumps(document(watch, [HERE], Span.QUARTER), allow_nan=False))
    assert (told["at"], told["range"], told["step_seconds"]) == ("2026-11-29T12:00:07+01:00", "15m", 15)
    assert [alert["labels"]["alertname"] for alert in told["alerts"]] == ["A"]
    [model] = told["models"]
    assert (model["namespace"], model["model"]) == ("serving", "maintenance-predictor")
    assert model["panels"].keys() == {panel.key for panel in table.panels()}
    tile = model["panels"]["p99"]
    assert tile["unit"] == "seconds"
    assert tile["series"] == [{"legend": "", "labels": {}, "samples": [[NOON.timestamp(), 0.0141]]}]
    assert len(model["panels"]["errors"]["series"][0]["samples"]) == 61
    assert model["panels"]["errors"]["series"][1]["samples"][0][1] is None, "NaN is no JSON"
    why = f"{fake.url} answers 503: query timed out"
    assert model["panels"]["queue_delay"]["missing"] == {"why": why, "since": "2026-11-29T12:00:07+01:00"}
    assert told["alerts_missing"] is None


def test_machines_are_told_that_alerts_are_missing(fake: Fake, watch: Watch) -> None:
    fake.broken = {"alerts"}
    told = document(watch, [], Span.HOUR)
    assert told["alerts"] is None
    assert "query timed out" in told["alerts_missing"]["why"]
