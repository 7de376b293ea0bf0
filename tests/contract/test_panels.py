"""What panels ask for is recorded: a misspelt name would only be a plot that stays empty."""

import re
from typing import Final

import pytest

from infra.serving.analysis.metrics import metrics
from infra.serving.config import Model, Stage
from infra.serving.monitoring import watch
from infra.serving.monitoring.series import Series
from infra.shared.rules import Recording
from panels import table
from panels.judged import JUDGED, judged
from panels.panel import Panel
from tests.infra import stacks

MODEL: Final = Model.model_validate(stacks.serving_configuration("local")["slipway:models"]["maintenance_predictor"])
RECORDED: Final = {
    rule.name: rule
    for group in watch.groups("maintenance-predictor", "serving", MODEL)
    for rule in group.rules
    if isinstance(rule, Recording)
}


def asked(query: str) -> set[str]:
    return set(re.findall(r"\b[a-z]+(?::\w+)+", query))


@pytest.mark.parametrize("panel", [*table.panels()], ids=lambda panel: panel.key)
def test_it_asks_for_what_is_recorded(panel: Panel) -> None:
    for query in panel.queries:
        assert asked(query.expression) <= RECORDED.keys()


def test_models_are_found_by_what_is_recorded_of_each() -> None:
    assert asked(table.MODELS) <= RECORDED.keys()


def test_whatever_is_recorded_by_release_is_shown() -> None:
    shown = {name for panel in table.panels() for query in panel.queries for name in asked(query.expression)}
    assert {name for name in RECORDED if name.startswith("release:")} <= shown


def test_whatever_judges_a_release_has_words_and_nothing_else() -> None:
    series = Series(namespace="serving", model="maintenance-predictor")
    stages = [*MODEL.canary.stages, Stage(weight=10, seconds=300)]
    names = {one.name for stage in stages for one in metrics(series, MODEL, stage, 5)}
    assert any(name.endswith("-soon") for name in names)
    assert all(judged(name) for name in names)
    # The golden readings' Job is no question to Prometheus.
    assert {name.removesuffix("-soon") for name in names} | {"golden"} == JUDGED.keys()
    assert judged("somebody-elses") is None
