"""The autoscaler really scales, and its work is no drift."""

import pytest

from sandbox.local import questions
from tests.e2e.cluster import Cluster, eventually
from tests.e2e.load import Load
from tests.e2e.serving import NAME, NAMESPACE, Serving

pytestmark = pytest.mark.e2e

RATE = 300.0  # requests per second: more than 70 % of the CPU that two pods ask for


def test_load_brings_more_pods_and_its_end_takes_them_away_and_neither_is_drift(
    released: Serving, cluster: Cluster
) -> None:
    def desired() -> int:
        return cluster.get("hpa", NAME, "-n", NAMESPACE)["status"]["desiredReplicas"]

    eventually(desired, lambda count: count == 2, 180)
    with Load(f"{released.url}/predict", dict(questions.READINGS[0]), RATE) as load:
        eventually(lambda: len(cluster.ready_pods(NAMESPACE)), lambda count: count >= 3, 240)
        released.stack.preview(expect_no_changes=True)
    assert load.tally.lost == {}
    assert released.stack.refresh() == frozenset()
    released.stack.preview(expect_no_changes=True)
    eventually(lambda: len(cluster.ready_pods(NAMESPACE)), lambda count: count == 2, 300)


def test_an_idle_pod_uses_at_most_55_percent_of_the_memory_that_it_asks_for(
    released: Serving, cluster: Cluster
) -> None:
    hpa = eventually(
        lambda: cluster.get("hpa", NAME, "-n", NAMESPACE)["status"],
        lambda status: len(status.get("currentMetrics", ())) == 2,
        120,
    )
    used = {one["resource"]["name"]: one["resource"]["current"] for one in hpa["currentMetrics"]}
    assert used["memory"]["averageUtilization"] <= 55
