"""Prometheus' rules as data, and the PrometheusRule that they become.

An alert can't be written without saying how loud it is, what it means and where help is: there is a page for each in
docs/runbooks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeAlias

EVALUATION_SECONDS: Final = 15
"""How often rules are looked at. With a scrape before and a route's waiting after it, a page has two minutes."""


DASHBOARD: Final = "slipway dashboard"
"""The command that shows whatever alerts speak of."""


class Severity(StrEnum):
    """How loud an alert is: its label `severity`, by which Alertmanager's routes choose."""

    PAGE = "page"
    """Somebody has to get up: clients are failed now, or will be within hours."""
    TICKET = "ticket"
    """Somebody has to look in working hours."""
    NONE = "none"
    """Nobody has to: it is a signal for machines."""


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A recording rule.

    Attributes:
        name: of what is recorded: level, metric and operations, with a colon between each.
        expression: in PromQL.
        labels: that every recorded series gets.
    """

    name: str
    expression: str
    labels: Mapping[str, str] = field(default_factory=dict[str, str])

    def rule(self) -> dict[str, Any]:
        """Prometheus' own form."""
        return _filled(record=self.name, expr=self.expression, labels=dict(self.labels))


@dataclass(frozen=True, kw_only=True)
class Alert:
    """An alerting rule.

    Attributes:
        name: in CamelCase; its page in docs/runbooks is called so.
        expression: in PromQL; what it gives is what is wrong.
        severity: how loud it is.
        summary: one line, for a telephone's screen.
        description: what is known of it; may use Prometheus' templates.
        for_seconds: it has to be wrong so long before anybody is told.
        keep_seconds: it goes on so long after it was last wrong, so that what comes and goes is one alert.
        labels: beside its severity.
    """

    name: str
    expression: str
    severity: Severity
    summary: str
    description: str
    for_seconds: int = 0
    keep_seconds: int = 0
    labels: Mapping[str, str] = field(default_factory=dict[str, str])

    def rule(self) -> dict[str, Any]:
        """Prometheus' own form."""
        return _filled(
            alert=self.name,
            expr=self.expression,
            **{"for": seconds(self.for_seconds), "keep_firing_for": seconds(self.keep_seconds)},
            labels={**self.labels, "severity": self.severity.value},
            annotations={
                "summary": self.summary,
                "description": self.description,
                "dashboard": DASHBOARD,
                "runbook": f"docs/runbooks/{self.name}.md",
            },
        )


Rule: TypeAlias = Recording | Alert


@dataclass(frozen=True, kw_only=True)
class Group:
    """Rules that are looked at together, one after the other: a rule may use what one before it recorded.

    Attributes:
        name: of the group, once in its PrometheusRule.
        rules: in their order.
        every_seconds: how often.
    """

    name: str
    rules: Sequence[Rule]
    every_seconds: int = EVALUATION_SECONDS


def spec(groups: Sequence[Group]) -> dict[str, Any]:
    """The spec of a PrometheusRule, which is also what `promtool` reads."""
    return {
        "groups": [
            {"name": one.name, "interval": seconds(one.every_seconds), "rules": [rule.rule() for rule in one.rules]}
            for one in groups
        ]
    }


def alerts(groups: Sequence[Group]) -> Iterator[Alert]:
    """The alerts among the rules."""
    return (rule for group in groups for rule in group.rules if isinstance(rule, Alert))


def seconds(number: int) -> str:
    """A duration as Prometheus writes it; empty for none."""
    return f"{number}s" if number else ""


def _filled(**parts: object) -> dict[str, Any]:
    return {name: part for name, part in parts.items() if part}
