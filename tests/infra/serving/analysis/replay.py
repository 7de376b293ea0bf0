"""Releases that were recorded, judged by the same questions at the same times as Argo Rollouts would ask them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from infra.serving.analysis.metrics import Metric
from tests.infra.prometheus import Labels
from tests.infra.serving.analysis.argo import Phase, phase, resolved

FIGURES = ("value", "limit", "canary", "stable")


class Asked(Protocol):
    """A Prometheus."""

    def over(self, query: str, start: float, end: float, step: float) -> dict[Labels, dict[float, float]]:
        """What is found at each of these seconds, by labels."""
        ...


@dataclass
class Verdict:
    """What became of a stage.

    Attributes:
        at: seconds after its begin, when it was over.
        failed: the metrics that ended it then.
        missing: those that had no answer when they should have had one.
    """

    at: int | None = None
    failed: list[str] = field(default_factory=list[str])
    missing: Counter[str] = field(default_factory=Counter[str])


def judge(prometheus: Asked, metrics: Sequence[Metric], begins: Sequence[int]) -> list[Verdict]:
    """A stage of several releases, that began at these seconds, which are equally far from each other."""
    verdicts = [Verdict() for _ in begins]
    step = begins[1] - begins[0] if len(begins) > 1 else 60
    for metric in metrics:
        # What makes a stage wait is asked once here, when the others are.
        for look in range(1 if metric.success else metric.count):
            after = metric.delay + look * metric.interval
            found = prometheus.over(resolved(metric.query), begins[0] + after, begins[-1] + after, step)
            by_figure = {dict(labels).get("figure", "value"): values for labels, values in found.items()}
            for begin, verdict in zip(begins, verdicts, strict=True):
                samples = [by_figure[one][begin + after] for one in FIGURES if begin + after in by_figure.get(one, {})]
                match phase(metric, samples):
                    case Phase.ERROR:
                        verdict.missing[metric.name] += 1
                    case Phase.FAILED if verdict.at is None or after < verdict.at:
                        verdict.at, verdict.failed = after, [metric.name]
                    case Phase.FAILED if after == verdict.at:
                        verdict.failed.append(metric.name)
                    case _:
                        pass
    return verdicts
