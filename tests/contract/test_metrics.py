"""What rules and autoscalers ask for is told: a metric or a label with a typo in it would be an alert that sleeps."""

import re
from pathlib import Path
from typing import Final

import pytest
import yaml
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import CollectorRegistry

from infra.serving import config
from infra.serving.monitoring.objectives import WINDOWS
from infra.serving.monitoring.watch import groups
from infra.shared import rules, versions
from infra.shared.rules import Recording
from service import metrics as service_metrics
from service.distributions import Distributions
from service.errors import Outcome
from service.metrics import Metrics, Phase
from service.tabular import Tabular
from tests.infra import stacks
from tests.infra.asked import RECORDED, RULES, expressions
from tests.infra.promql import matchers, metrics
from tests.infra.serving.monitoring import served
from tests.infra.values import Object
from tests.service import fakes

ELSEWHERE: Final[dict[str, Object]] = yaml.safe_load((stacks.CHECKOUT / "tests/contract/exported.yaml").read_text())
PUBLISHED: Final = fakes.manifest()
ADDED: Final = {"namespace", "pod", "model"}
"""Labels that the scrape adds to what pods tell."""


def ours() -> dict[str, dict[str, set[str]]]:
    """What a service that serves a model tells: by each sample's name the values of its labels."""
    registry = CollectorRegistry()
    told = Metrics(registry, lambda: Phase.READY, version="1.0.0", release="1a2b")
    told.serve(Distributions(PUBLISHED, Tabular.of(PUBLISHED, fakes.FakeModel().inputs)), lambda: 0)
    for outcome in Outcome:
        told.begun()
        told.ended(outcome, 0.1, synthetic=False)
    found: dict[str, dict[str, set[str]]] = {}
    for family in text_string_to_metric_families(generate_latest(registry).decode()):
        for sample in family.samples:
            labels = found.setdefault(sample.name, {label: set[str]() for label in ADDED})
            for label, value in sample.labels.items():
                labels.setdefault(label, set()).add(value)
    return found


def others() -> dict[str, dict[str, set[str]]]:
    """What everyone else tells, as far as it was looked up."""
    return {
        name: {label: set(values) for label, values in labels.items()}
        for one in ELSEWHERE.values()
        for name, labels in one["metrics"].items()
    }


def test_every_metric_that_is_asked_for_is_told() -> None:
    asked = {metric for expression in expressions() for metric in metrics(expression)}
    assert len(asked) > 40
    assert asked - RECORDED - ours().keys() - others().keys() == set()


def test_nothing_is_looked_up_that_nobody_asks_for() -> None:
    asked = {metric for expression in expressions() for metric in metrics(expression)}
    assert others().keys() - asked == set()


def test_every_label_that_is_chosen_by_is_told_with_that_value() -> None:
    known = ours() | others()
    wrong = {
        (metric, label, value)
        for expression in expressions()
        for metric, label, value in matchers(expression)
        if metric not in RECORDED
        and label not in {"namespace", "model", "pod", "name", "id"}
        and value not in known[metric].get(label, set())
    }
    assert wrong == set()


def test_what_a_rule_chooses_by_is_a_label_of_the_metric() -> None:
    known = ours() | others()
    assert [
        (metric, label)
        for expression in expressions()
        for metric, label, _ in matchers(expression)
        if metric not in RECORDED and label not in known[metric]
    ] == []


@pytest.mark.parametrize("name", ELSEWHERE)
def test_it_was_looked_up_in_the_version_that_is_pinned(name: str) -> None:
    pinned = getattr(versions, name.upper(), None)
    assert pinned in (None, ELSEWHERE[name]["version"])
    assert pinned is not None or name not in ("argo_rollouts", "kubernetes", "traefik")


def test_answers_are_measured_where_objectives_may_be_set() -> None:
    # The stack's program knows nothing of the service, so it has a copy.
    assert config.BOUNDARIES == service_metrics.SECONDS
    told = ours()["model_prediction_latency_seconds_bucket"]["le"]
    assert {repr(bound) for bound in config.BOUNDARIES} <= told


def test_every_outcome_is_good_bad_or_left_out_of_the_objectives_on_purpose() -> None:
    bad, left_out = {"error", "deadline", "shed", "not_loaded"}, {"invalid", "cancelled"}
    assert {each.value for each in Outcome} == bad | left_out | {"success"}
    errors = served.OBJECTIVES["errors"]
    for window in WINDOWS:
        told = {value for _, label, value in matchers(errors.bad_over(window)) if label == "status"}
        assert told == bad
        assert {value for _, label, value in matchers(errors.events_over(window)) if label == "status"} == left_out


def test_every_alert_has_a_page_and_every_page_an_alert() -> None:
    told = {one.name for one in RULES if not isinstance(one, Recording)}
    assert {page.stem for page in (stacks.CHECKOUT / "docs/runbooks").glob("*.md")} == told


@pytest.mark.parametrize("page", sorted((stacks.CHECKOUT / "docs/runbooks").glob("*.md")), ids=lambda page: page.stem)
def test_a_page_says_what_it_means_what_to_do_and_when_it_is_over(page: Path) -> None:
    text = page.read_text()
    assert text.startswith(f"# {page.stem}\n")
    for heading in ("## What it means", "## Look", "## Do", "## It is over when"):
        assert heading in text
    assert [link for link in re.findall(r"\]\((?!http)([^)#]+)", text) if not (page.parent / link).exists()] == []


def test_rules_fit_into_an_object_of_the_cluster() -> None:
    # What etcd takes of one, and what an annotation with a copy of it would have to hold.
    assert len(yaml.safe_dump(rules.spec(groups("m" * 40, "n" * 63, served.MODEL)))) < 200_000
