"""Plays rules against made-up series: what they record and when they alert, over days and in no time."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from infra.shared import rules
from infra.shared.rules import EVALUATION_SECONDS, Group
from sandbox import state as states
from tests.infra.values import Object

PROMTOOL: Final = states.default().bin / "promtool"


@dataclass(frozen=True)
class Look:
    """What a query has to find.

    Attributes:
        at: seconds after the beginning.
        query: in PromQL.
        found: values by their labels, like `{status="error"}`.
    """

    at: int
    query: str
    found: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True)
class Said:
    """All that an alert says, as somebody gets it.

    Attributes:
        at: seconds after the beginning.
        alert: its name.
        labels: of the only one that fires.
        summary: of it.
        description: of it.
    """

    at: int
    alert: str
    labels: Mapping[str, str]
    summary: str
    description: str


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What happens, and what is to be seen of it.

    Attributes:
        name: of the scene, for who reads what promtool says.
        series: values of each series in promtool's notation, one for each step.
        looks: what is seen when.
        said: what somebody is told when.
        step: seconds between two values.
    """

    name: str
    series: Mapping[str, str]
    looks: Sequence[Look] = ()
    said: Sequence[Said] = ()
    step: int = EVALUATION_SECONDS


def counter(*phases: tuple[float, int]) -> str:
    """The values of a counter that grows by so much in each of so many steps, and then by as much as comes next."""
    parts: list[str] = []
    value = 0.0
    for growth, steps in phases:
        parts.append(f"{value:.6f}+{growth:.6f}x{steps - 1}")
        value += growth * steps
    return " ".join(parts)


def firing(at: int, alert: str, count: int = 1, where: str = "") -> Look:
    """So many of an alert fire."""
    query = f'sum(ALERTS{{alertname="{alert}",alertstate="firing"{"," if where else ""}{where}}})'
    return Look(at, query, {"{}": count} if count else {})


def silent(at: int, alert: str, where: str = "") -> Look:
    """None of an alert fire."""
    return firing(at, alert, 0, where)


def play(folder: Path, groups: Sequence[Group], scenes: Sequence[Scene], every: int = EVALUATION_SECONDS) -> None:
    """Play scenes with rules that are looked at every so many seconds, and fail with what was seen otherwise."""
    (folder / "rules.yaml").write_text(yaml.safe_dump(rules.spec(groups)))
    tests = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": f"{every}s",
        # Otherwise by chance, and alerts would now and then see what was recorded one step before.
        "group_eval_order": [one.name for one in groups],
        "tests": [_scene(one) for one in scenes],
    }
    (folder / "tests.yaml").write_text(yaml.safe_dump(tests, sort_keys=False))
    ran = subprocess.run(
        [PROMTOOL, "test", "rules", folder / "tests.yaml"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, f"{ran.stdout}{ran.stderr}"


def check(folder: Path, spec: Object) -> None:
    """Let promtool read rules, with their expressions and templates, and fail with what it says."""
    (folder / "rules.yaml").write_text(yaml.safe_dump(spec))
    ran = subprocess.run(
        [PROMTOOL, "check", "rules", folder / "rules.yaml"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, f"{ran.stdout}{ran.stderr}"


def _scene(scene: Scene) -> dict[str, Any]:
    return {
        "name": scene.name,
        "interval": f"{scene.step}s",
        "input_series": [{"series": series, "values": values} for series, values in scene.series.items()],
        "promql_expr_test": [
            {
                "expr": look.query,
                "eval_time": f"{look.at}s",
                "exp_samples": [{"labels": labels, "value": value} for labels, value in look.found.items()],
            }
            for look in scene.looks
        ],
        "alert_rule_test": [
            {
                "eval_time": f"{one.at}s",
                "alertname": one.alert,
                "exp_alerts": [
                    {
                        "exp_labels": dict(one.labels),
                        "exp_annotations": {
                            "summary": one.summary,
                            "description": one.description,
                            "dashboard": rules.DASHBOARD,
                            "runbook": f"docs/runbooks/{one.alert}.md",
                        },
                    }
                ],
            }
            for one in scene.said
        ],
    }
