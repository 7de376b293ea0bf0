"""Traffic that was recorded, judged as a release would be: the pods of one release are not told apart.

Whatever the sandbox's Prometheus has of the last hours counts, so it comes after the parts of the soak that ask much.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pytest

from infra.serving.analysis.metrics import Metric, metrics
from infra.serving.monitoring.series import Series
from slipway.monitoring.prometheus import Prometheus
from tests.figures import recorded
from tests.infra.serving.analysis.argo import Phase, of_pods, phase
from tests.infra.serving.analysis.replay import FIGURES
from tests.infra.serving.monitoring.served import MODEL

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]

BACK: Final = 6 * 3600
"""Seconds."""
AT_ONCE: Final = 1500
"""Seconds that one question is about."""
SCRAPE: Final = 5
FEWEST: Final = 200
"""Windows with requests enough for a verdict."""


@dataclass(frozen=True)
class Pod:
    """A pod that was watched."""

    namespace: str
    model: str
    release: str
    name: str
    first: float
    last: float


def test_pods_of_one_release_are_not_told_apart(request: pytest.FixtureRequest, prometheus: Prometheus) -> None:
    windows, failed = 0, list[tuple[str, str, float]]()
    with recorded(request.session, "recorded", 0, ["windows", "aborted", "by"]) as figures:
        for canary, others in pairs(list(watched(prometheus, time.time()))):
            for metric, at, result in verdicts(prometheus, canary, others):
                windows += metric == "errors" and result is not Phase.ERROR
                failed += [(metric, canary.name, at)] if result is Phase.FAILED else []
        figures |= {"windows": windows, "aborted": len({one[1:] for one in failed}), "by": failed}
        assert windows >= FEWEST, "too little is recorded: let parts of the soak run before that ask for predictions"
        assert failed == []


def watched(prometheus: Prometheus, now: float) -> Iterator[Pod]:
    found = prometheus.over("max by (namespace, model, release, pod) (model_loaded) == 1", now - BACK, now, 60)
    for one in found:
        namespace, model, release, name = (one.labels[label] for label in ("namespace", "model", "release", "pod"))
        yield Pod(namespace, model, release, name, one.samples[0][0], one.samples[-1][0])


def pairs(pods: Sequence[Pod]) -> Iterator[tuple[Pod, list[str]]]:
    """Each pod, and those of the same release that were there all the time that it was looked at."""
    alike: dict[tuple[str, str, str], list[Pod]] = defaultdict(list)
    for pod in pods:
        alike[pod.namespace, pod.model, pod.release].append(pod)
    for together in alike.values():
        for pod in together:
            for other in together:
                first, last = max(pod.first, other.first), min(pod.last, other.last)
                if pod != other and last - first > AT_ONCE / 10:
                    yield Pod(pod.namespace, pod.model, pod.release, pod.name, first, last), [other.name]


def verdicts(prometheus: Prometheus, canary: Pod, others: Sequence[str]) -> Iterator[tuple[str, float, Phase]]:
    series = Series(namespace=canary.namespace, model=canary.model)
    for metric in metrics(series, MODEL, MODEL.canary.stages[0], SCRAPE):
        if metric.name not in ("evidence", "ready", "restarts"):
            query = of_pods(metric.query, canary.model, canary.name, others)
            start = canary.first + metric.delay
            while start < canary.last:
                end = min(start + AT_ONCE, canary.last)
                yield from at_once(prometheus, metric, query, start, end)
                start = end + metric.delay


def at_once(
    prometheus: Prometheus, metric: Metric, query: str, start: float, end: float
) -> Iterator[tuple[str, float, Phase]]:
    """Windows one after the other."""
    samples: dict[float, dict[str, float]] = defaultdict(dict)
    for one in prometheus.over(query, start, end, metric.delay):
        for at, value in one.samples:
            if value is not None:
                samples[at][one.labels["figure"]] = value
    for at, found in samples.items():
        yield metric.name, at, phase(metric, [found[figure] for figure in FIGURES if figure in found])
