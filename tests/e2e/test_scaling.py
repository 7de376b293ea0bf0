"""The autoscaler really scales, and its work is no drift."""

from collections.abc import Mapping
from typing import Any

import pytest

from sandbox.journey.questions import READINGS
from tests.e2e.cluster import Cluster, eventually
from tests.e2e.load import Load
from tests.e2e.serving import NAME, NAMESPACE, STABLE, Serving

pytestmark = pytest.mark.e2e

RATE = 100.0  # requests per second
GROWTH = 1.0  # requests per second that each second adds: how many it takes depends on the machine
TOGETHER = 400
"""Readings of a request: one takes so little of a processor that a client in Python can't ask for enough of them."""
RETRIES = 5
"""Until the new pod serves, the others may have more to do than they can soon: they say when to come back."""
IDLE_MEMORY = 40
"""Percent of the request. The issue allows 55; while a release doubles the pods, the autoscaler's target of 80 % lets
them idle at 40 % at most without asking for more."""


class Batches(Load):
    """Asks for many readings at a time."""

    def asked(self, which: int) -> object:
        return {"readings": [READINGS[which]] * TOGETHER}


def test_load_brings_more_pods_and_its_end_takes_them_away_and_neither_is_drift(e2e: Serving, cluster: Cluster) -> None:
    def serving() -> int:
        return len(cluster.pods_behind(NAMESPACE, STABLE))

    e2e.settle()
    eventually(
        lambda: cluster.autoscaler(NAMESPACE, NAME),
        lambda status: (
            "cpu" in used(status)
            and used(status).get("memory", 100) <= IDLE_MEMORY  # a pod that loads its model needs more for a moment
            and status["desiredReplicas"] == 2
        ),
        240,
    )

    with Batches(f"{e2e.url}/predict/batch", RATE, growth=GROWTH, retries=RETRIES) as load:
        eventually(serving, lambda count: count >= 3, 240)
        e2e.stack.preview(expect_no_changes=True)
    assert load.tally.lost == {}
    assert e2e.stack.refresh() == frozenset()
    e2e.stack.preview(expect_no_changes=True)
    eventually(serving, lambda count: count == 2, 300)


def used(status: Mapping[str, Any]) -> dict[str, int]:
    """What the autoscaler has measured: each resource's use, in percent of what the pods ask for."""
    measured = [one["resource"] for one in status.get("currentMetrics") or () if "resource" in one]
    return {one["name"]: one["current"]["averageUtilization"] for one in measured}
