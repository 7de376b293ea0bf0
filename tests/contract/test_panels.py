"""What panels ask for is recorded: a misspelt name would only be a plot that stays empty."""

import re
from typing import Final

import pytest

from infra.serving.config import Model
from infra.serving.monitoring import watch
from infra.shared.rules import Recording
from panels import table
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
