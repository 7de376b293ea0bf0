"""AnalysisTemplates: how Argo Rollouts judges each stage of a release, by Prometheus and by the golden readings.

Its controller asks, so nobody outside of the cluster is needed. What can't be measured counts for nothing: it is asked
again until there is an answer, or until the release's time is over (service/verify). Numbers are written out, and only
the pods of both versions are arguments, because a template that is changed in a release counts from its next stage on.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_kubernetes as k8s

from infra.serving.analysis.metrics import Metric
from infra.serving.config import Stage
from infra.shared import metadata
from infra.shared.metadata import Component
from infra.shared.rules import seconds
from infra.shared.workloads import after

ARGUMENTS: Final = {"canary": "Latest", "stable": "Stable"}
"""What the Rollout hands over: the hash in the names of each version's pods."""

_QUERY_TIMEOUT_SECONDS: Final = 10
# Measurements that fail one after the other would end the release; it asks again after ten seconds.
_NO_END_OF_ERRORS: Final = 1_000_000
# While a Job runs, the controller looks at it ever more rarely: of a minute, the last look may be 11 s ago.
_LONGEST_JOB_SECONDS: Final = 60


@dataclass(frozen=True, kw_only=True)
class AnalysisTemplatesArgs:
    """What is asked in each stage.

    Attributes:
        namespace: where the release is.
        prometheus: who is asked.
        metrics: what, stage by stage.
        golden: the spec of a Job that asks the new version the model's golden readings for so many seconds.
    """

    namespace: str
    prometheus: pulumi.Input[str]
    metrics: Mapping[Stage, list[Metric]]
    golden: Callable[[int], pulumi.Input[Mapping[str, Any]]]


class AnalysisTemplates(pulumi.ComponentResource):
    """A template for each stage.

    Attributes:
        names: the templates' names.
    """

    names: dict[Stage, pulumi.Output[str]]

    def __init__(self, name: str, args: AnalysisTemplatesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:serving:AnalysisTemplates", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        selector = metadata.selector(name, Component.MODEL_SERVER)

        self.names = {}
        for stage, metrics in args.metrics.items():
            called = f"{name}-{_word(stage)}"
            template = k8s.apiextensions.CustomResource(
                called,
                api_version="argoproj.io/v1alpha1",
                kind="AnalysisTemplate",
                metadata=metadata.metadata(called, selector, args.namespace),
                spec={
                    "args": [{"name": argument} for argument in ARGUMENTS],
                    "metrics": [*(_asked(one, args.prometheus) for one in metrics), _golden(stage, args.golden)],
                },
                opts=child,
            )
            self.names[stage] = after(called, template)

        self.register_outputs({"names": list(self.names.values())})


def _word(stage: Stage) -> str:
    return {0: "shadow", 100: "bake"}.get(stage.weight, f"step-{stage.weight}")


def _asked(metric: Metric, prometheus: pulumi.Input[str]) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "name": metric.name,
        "initialDelay": seconds(metric.delay),
        "interval": seconds(metric.interval),
        "count": metric.count,
        "failureLimit": metric.failure_limit,
        "consecutiveErrorLimit": _NO_END_OF_ERRORS,
        "provider": {
            "prometheus": {"address": prometheus, "query": metric.query, "timeout": _QUERY_TIMEOUT_SECONDS},
        },
    }
    for key, value in (
        ("successCondition", metric.success),
        ("failureCondition", metric.failure),
        ("consecutiveSuccessLimit", metric.consecutive_success_limit),
    ):
        if value is not None:
            spec[key] = value
    return spec


def _golden(stage: Stage, spec: Callable[[int], pulumi.Input[Mapping[str, Any]]]) -> dict[str, Any]:
    count = math.ceil(stage.seconds / _LONGEST_JOB_SECONDS)
    return {
        "name": "golden",
        # One after the other. The first wrong answer ends the release.
        "count": count,
        "interval": "1s",
        "consecutiveErrorLimit": _NO_END_OF_ERRORS,
        "provider": {"job": {"spec": spec(math.ceil(stage.seconds / count))}},
    }
