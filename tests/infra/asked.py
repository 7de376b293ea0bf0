"""Whatever is asked of Prometheus: by rules, by the autoscaler, and by who judges a release."""

from typing import Final

from infra.platform.monitoring import alerts
from infra.serving.analysis.metrics import metrics as judged
from infra.serving.monitoring.watch import groups
from infra.shared.rules import Recording
from tests.infra import stacks
from tests.infra.promql import metrics
from tests.infra.serving.analysis.argo import resolved
from tests.infra.serving.monitoring import served

RULES: Final = [
    rule
    for group in (
        *groups(served.NAME, "serving", served.MODEL),
        *alerts.own(),
        *alerts.autoscaler(),
        *alerts.installed(),
    )
    for rule in group.rules
]
RECORDED: Final = {rule.name for rule in RULES if isinstance(rule, Recording)}
"""Names of what rules record."""


def expressions() -> list[str]:
    """The expressions of all rules, and the queries of the autoscaler and of a release's stages."""
    triggers = stacks.serving().one("ScaledObject")["spec"]["triggers"]
    asked = [one["metadata"]["query"] for one in triggers if one["type"] == "prometheus"]
    assert asked
    asked += [
        resolved(one.query)
        for stage in served.MODEL.canary.stages
        for one in judged(served.SERIES, served.MODEL, stage, 5)
    ]
    return [*(rule.expression for rule in RULES), *asked]


def told_by_others() -> set[str]:
    """The names of all metrics that are asked for and that no rule records."""
    return {metric for expression in expressions() for metric in metrics(expression)} - RECORDED
