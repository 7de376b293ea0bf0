"""When somebody is told of a model, and how loudly. For each alert there is a page in docs/runbooks.

Loud is what clients feel: a promise that is being broken, or a model that nobody answers for. What may become that if
nobody looks is a ticket.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from infra.serving.config import Canary
from infra.serving.monitoring.objectives import Objective
from infra.serving.monitoring.series import Series
from infra.shared.rules import Alert, Group, Rule, Severity

_FAILED: Final = 'phase=~"Abort|Error|InvalidSpec|Timeout"'
_GOES_ON: Final = 'phase=~"Progressing|Paused"'

_CLOSE: Final = 0.9
"""A container that was killed with more of its memory limit in use than this was killed for it, as far as can be told:
the kubelet's counter of such kills goes with the container that it counts for (google/cadvisor#3278)."""


def groups(series: Series, objectives: tuple[Objective, ...], canary: Canary) -> list[Group]:
    """The alerting rules of a model."""

    def of_model(alerts: Iterator[Alert]) -> list[Rule]:
        return [replace(one, summary=f"{series.model}: {one.summary}", labels=series.labels) for one in alerts]

    return [
        Group(name="promises", rules=[alert for one in objectives for alert in one.alerts()]),
        Group(name="serving", rules=of_model(_serving(series))),
        Group(name="delivery", rules=of_model(_delivery(series, canary))),
        Group(name="containers", rules=of_model(_containers(series))),
    ]


def _serving(series: Series) -> Iterator[Alert]:
    ready = series.of("model:pods_ready:sum")
    yield Alert(
        name="ModelDown",
        expression=f"{ready} == 0 and max_over_time({series.of('model:pods_ready:sum', window='1h')}) > 0",
        severity=Severity.PAGE,
        summary="no pod answers any more",
        description="Within the last hour some did. Every request fails, or none can be seen.",
        for_seconds=30,
        keep_seconds=120,
    )
    yield Alert(
        name="ModelAbsent",
        # Whether that is recorded or not; a first start takes its time, and nobody has asked for the model before.
        expression=f"{ready} == 0 or absent({ready})",
        severity=Severity.PAGE,
        summary="no pod answers, and none has for ten minutes",
        description="The model was never served, or it is no more.",
        for_seconds=600,
    )
    yield Alert(
        name="ModelTargetDown",
        expression=f"{series.of('up')} == 0",
        severity=Severity.TICKET,
        summary="a pod tells Prometheus nothing",
        description="Pod {{ $labels.pod }} can't be scraped, so what its clients see is in none of the figures.",
        for_seconds=300,
    )


def _delivery(series: Series, canary: Canary) -> Iterator[Alert]:
    def rollout(metric: str, *matchers: str) -> str:
        # Whichever pod of the controller tells it.
        return f"max by (namespace, name) ({series.of_rollout(metric, *matchers)})"

    yield Alert(
        name="ModelReplicasUnavailable",
        expression=f"{rollout('rollout_info_replicas_available')} < {rollout('rollout_info_replicas_desired')}",
        severity=Severity.TICKET,
        summary="fewer pods serve than should",
        description="{{ $value }} are available: there is no room for more, or they don't get ready.",
        for_seconds=600,
    )
    yield Alert(
        name="ModelRolloutFailed",
        expression=f"{rollout('rollout_info', _FAILED)} > 0",
        severity=Severity.TICKET,
        summary="a release failed, and the one before it serves",
        description="What the stack says is not what is served, until it is mended or put back.",
        for_seconds=60,
    )
    yield Alert(
        name="ModelRolloutStuck",
        expression=f"{rollout('rollout_info', _GOES_ON)} > 0",
        severity=Severity.TICKET,
        summary="a release doesn't come to its end",
        description=f"One of this model takes {canary.longest_seconds} s at most, and this one goes on.",
        for_seconds=canary.longest_seconds + 300,
    )


def _containers(series: Series) -> Iterator[Alert]:
    def containers(window: str) -> str:
        # Each has an id, as it has in the kubelet's figures of containers and not in those of its resource endpoint.
        started = series.of_containers("container_start_time_seconds", 'id!=""', window=window)
        return f"count by (namespace, pod) (count_over_time({started}))"

    used = series.of_containers("container_memory_working_set_bytes", window="15m")
    limit = series.of_containers("container_spec_memory_limit_bytes")
    yield Alert(
        name="ModelPodsRestart",
        expression=f"{containers('1h')} > 2",
        severity=Severity.TICKET,
        summary="a pod's container starts again and again",
        description="Pod {{ $labels.pod }} has had {{ $value }} containers within an hour.",
    )
    yield Alert(
        name="ModelPodsKilledForMemory",
        expression=(
            f"max by (namespace, pod) (max_over_time({used})) / (max by (namespace, pod) ({limit}) > 0) > {_CLOSE} "
            f"and on (namespace, pod) {containers('15m')} > 1"
        ),
        severity=Severity.TICKET,
        summary="a container was killed for its memory",
        description="Pod {{ $labels.pod }} was using {{ $value | humanizePercentage }} of its limit, and started anew.",
    )
