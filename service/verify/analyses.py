"""What a release was judged by: the figures of its AnalysisRuns, and in words what was wrong with them."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeAlias

from modelstore.history import Figure
from service.verify.api_server import Api, Object
from service.verify.blame import HASH_LABEL

_ARGO: Final = "apis/argoproj.io/v1alpha1"
_FAILED: Final = ("Failed", "Error")
_WHOLE: Final = 4
"""Numbers of a measurement that says all of a figure: value, limit, canary, stable."""

Result: TypeAlias = dict[str, Any]
"""What an AnalysisRun tells of one metric."""


@dataclass(frozen=True)
class Evidence:
    """What speaks for a release, or against it.

    Attributes:
        figures: what was measured last, by the metric's name.
        against: what failed, in one line; empty when nothing did.
    """

    figures: dict[str, Figure] = field(default_factory=dict[str, Figure])
    against: str = ""


def evidence(api: Api, namespace: str, template_hash: str, since: datetime | None = None) -> Evidence:
    """What the AnalysisRuns of a pod template say.

    Args:
        api: where they are read.
        namespace: where they are.
        template_hash: of the release's pods.
        since: leave out those that were made before, which are of an earlier try.

    Raises:
        ApiUnavailable: no answer now.
        ApiRefused: forbidden.
    """
    runs = api.list(_ARGO, namespace, "analysisruns", f"{HASH_LABEL}={template_hash}")
    runs = [run for run in runs if since is None or _made(run) >= since]
    figures: dict[str, Figure] = {}
    against: list[str] = []
    for run in sorted(runs, key=_made):
        status: dict[str, Any] = run.get("status", {})
        for result in status.get("metricResults", []):
            if (figure := _figure(result)) is not None:
                figures[result["name"]] = figure
            if status.get("phase") in _FAILED and result.get("phase") in _FAILED:
                against.append(": ".join(filter(None, (result["name"], *_words(api, namespace, result, figure)))))
    return Evidence(figures, "; ".join(against))


def _made(run: Object) -> datetime:
    return datetime.fromisoformat(run["metadata"]["creationTimestamp"])


def _figure(result: Result) -> Figure | None:
    """The measurement that it failed by, or the last one."""
    values = [(one.get("phase"), _numbers(one.get("value", ""))) for one in result.get("measurements", [])]
    values = [(phase, numbers) for phase, numbers in values if numbers]
    if not values:
        return None
    failed = [numbers for phase, numbers in values if phase == "Failed" and result.get("phase") in _FAILED]
    numbers = (failed or [values[-1][1]])[-1]
    if len(numbers) == _WHOLE:
        value, limit, canary, stable = numbers
        return Figure(value=value, limit=limit, canary=canary, stable=stable)
    return Figure(value=numbers[0])


def _numbers(value: str) -> list[float | None]:
    """A measurement's numbers, None for each that is not finite; empty when it has none."""
    try:
        given = [float(one) for one in value.strip("[]").split(",")]
    except ValueError:
        return []
    return [one if math.isfinite(one) else None for one in given]


def _words(api: Api, namespace: str, result: Result, figure: Figure | None) -> Iterator[str]:
    yield " ".join(result.get("message", "").split())
    if figure is not None:
        yield ", ".join(f"{name} {value:.4g}" for name, value in figure if value is not None)
    jobs = [
        one.get("metadata", {}).get("job-name")
        for one in result.get("measurements", [])
        if one.get("phase") == "Failed"
    ]
    for job in filter(None, jobs[-1:]):
        yield _last_words(api.list("api/v1", namespace, "pods", f"job-name={job}"))


def _last_words(pods: list[Object]) -> str:
    """What the pods of a Job that failed said, which Argo Rollouts doesn't keep."""
    for pod in sorted(pods, key=_made, reverse=True):
        for container in pod.get("status", {}).get("containerStatuses", []):
            if ended := container.get("state", {}).get("terminated"):
                said = " ".join(ended.get("message", "").split())
                return said or f"exit code {ended.get('exitCode')} ({ended.get('reason')})"
    return "its pod found no room, did not end in time, or is gone"
