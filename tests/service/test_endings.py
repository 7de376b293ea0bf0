"""What is told of a prediction that ended."""

import logging

import pytest

from service import endings
from service.errors import InvalidInput, ModelFailed, ModelNotLoaded, Outcome, OutOfTime, Overloaded, ServingError
from tests.service import fakes


@pytest.mark.parametrize(
    ("error", "reason"),
    [(Overloaded("full"), "queue"), (OutOfTime("late"), "deadline"), (ModelNotLoaded("none"), "not_loaded")],
)
def test_what_was_refused_unseen_is_counted_by_its_reason(error: ServingError, reason: str) -> None:
    metrics = fakes.metrics()
    for each in (error, InvalidInput("seen"), ModelFailed("asked")):
        endings.refused(each, metrics)
    counted = {
        sample.labels["reason"]: sample.value
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "service_refusals_total"
    }
    assert {name: value for name, value in counted.items() if value} == {reason: 1}


@pytest.mark.parametrize("outcome", [None, *Outcome])
def test_only_a_prediction_that_failed_is_news(outcome: Outcome | None, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        endings.ended("POST", "/predict", 500, 0.25, outcome)
    [line] = caplog.records
    assert (line.levelno == logging.WARNING) == (outcome in (Outcome.ERROR, Outcome.DEADLINE))
    assert (vars(line)["path"], vars(line)["status"], vars(line)["seconds"]) == ("/predict", 500, 0.25)
