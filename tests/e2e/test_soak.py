"""The long evidence: `make soak`. Its figures land in docs/figures/soak.json, which the docs quote."""

import random
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from obstore.exceptions import GenericError

from sandbox.journey import journey, stacks
from tests.e2e import elsewhere
from tests.e2e.cluster import Cluster, eventually
from tests.e2e.conftest import Created, Local
from tests.e2e.kills import killed, seconds_later
from tests.e2e.load import Load, Tally
from tests.e2e.serving import NAMESPACE, Serving
from tests.e2e.stored import bucket_of, keys
from tests.e2e.test_faults import PODS, evict, replace, serving
from tests.figures import recorded

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]

SEED: Final = 20261122
KILLS: Final = 10
RELEASES: Final = 20
REQUESTS: Final = 100_000
RATE: Final = 100.0  # requests per second: so many of them take 17 minutes
LARGER: Final = "288Mi"  # of a pod's cache: enough of a change for a rolling update
WAVES: Final = 5
EVICTIONS: Final = 10
CALM: Final = 40.0  # requests per second that two pods answer without the autoscaler's asking for more
OURS: Final = re.compile(
    r"/(gateway|argo-rollouts|keda|monitoring|serving|slipway-|trial|traefik|verify-)|\.(argoproj|traefik)\.io$"
    r"|\.(keda\.sh|monitoring\.coreos\.com)$"
)


@pytest.fixture(scope="module")
def figures(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    with recorded(request.session, "soak", SEED) as found:
        yield found


def test_runs_converge_after_their_engine_was_killed_at_seeded_points(
    e2e: Serving, cluster: Cluster, figures: dict[str, Any]
) -> None:
    e2e.settle()
    points = random.Random(SEED)  # noqa: S311 (a seed, so that a failure can be repeated)
    killed_after: dict[str, list[float]] = {"destroy": [], "up": []}
    for number in range(KILLS):
        verb = "destroy" if number % 2 == 0 else "up"
        killed_after[verb].append(round(converges(e2e, cluster, verb, points.uniform(0.05, 0.95)), 1))
    figures["kills"] = {"converged": sum(map(len, killed_after.values())), "after (s)": killed_after}


def test_releases_one_after_another_lose_no_request(
    e2e: Serving, right: Mapping[str, Sequence[object]], figures: dict[str, Any]
) -> None:
    old = e2e.settle()
    (new,) = set(e2e.digests) - {old}
    # There and back each time: every second one begins while the pods that it brings back are on their way out.
    turns: list[tuple[str, dict[str, str]]] = [(new, {}), (old, {}), (old, {"cache": LARGER}), (old, {})]
    with Load(f"{e2e.url}/predict", RATE, fresh=True, right=right) as load:
        for number in range(RELEASES):
            version, changes = turns[number % len(turns)]
            done = e2e.release(version, **changes)
            assert "kubernetes:apps/v1:Deployment" in {one.type for one in done}
        eventually(lambda: load.tally.sent, lambda sent: sent >= REQUESTS, REQUESTS / RATE)
    figures["releases"] = told(RELEASES, RATE, load.tally)
    assert load.tally.lost == {}
    assert set(load.tally.versions) == set(right)


def test_pods_that_the_autoscaler_takes_away_lose_no_request(
    e2e: Serving, cluster: Cluster, right: Mapping[str, Sequence[object]], figures: dict[str, Any]
) -> None:
    version = e2e.settle()
    with Load(f"{e2e.url}/predict", CALM, fresh=True, right=right) as load:
        for _ in range(WAVES):
            scaled(e2e, cluster, version, 4)
            scaled(e2e, cluster, version, 2)
    figures["scaled down"] = told(2 * WAVES, CALM, load.tally)
    assert load.tally.lost == {}


def test_pods_that_are_evicted_lose_no_request(
    e2e: Serving, cluster: Cluster, right: Mapping[str, Sequence[object]], figures: dict[str, Any]
) -> None:
    e2e.settle()
    moments = random.Random(SEED)  # noqa: S311 (a seed, so that a failure can be repeated)
    with Load(f"{e2e.url}/predict", CALM, fresh=True, right=right) as load:
        for _ in range(EVICTIONS):
            time.sleep(moments.uniform(0.0, 5.0))  # at another moment of what happens every few seconds
            replace(cluster, lambda pod: evict(cluster, pod))
    figures["evicted"] = told(EVICTIONS, CALM, load.tally)
    assert load.tally.lost == {}


def test_destroying_all_stacks_leaves_nothing_though_it_is_killed_on_the_way(
    local: Local, created: Created, cluster: Cluster, tmp_path: Path, figures: dict[str, Any]
) -> None:
    serving, platform_stack = stacks.own(local.state)
    created.serving.destroy()
    for stack in stacks.staged(local.state):
        stack.destroy()
    bucket = bucket_of(local.platform["modelStore"])
    assert keys(bucket)
    try:
        serving.destroy()
        killed(platform_stack, "destroy", seconds_later(4.0))
        platform_stack.destroy()
        assert left(cluster) == []
        with pytest.raises(GenericError, match="NoSuchBucket"):
            keys(bucket)
        for stack in (serving, platform_stack):
            assert not stack.export().get("resources")

        begun = time.monotonic()
        elsewhere.up_and_down(local.state, tmp_path)
        figures["existing cluster: up, preview, destroy (s)"] = round(time.monotonic() - begun)
        assert left(cluster) == []
    finally:
        begun = time.monotonic()
        journey.up(local.state)
        figures["platform, models and serving made again (s)"] = round(time.monotonic() - begun)
    journey.publish(created.other, "1.0.0", local.platform["modelStore"])  # which the tests' stack says, too


def told(times: int, rate: float, tally: Tally) -> dict[str, float]:
    """What was done so many times under load, and what it cost."""
    return {
        "times": times,
        "requests/s": rate,
        "requests": tally.sent,
        "on fresh connections": tally.fresh,
        "lost": tally.lost.total(),
    }


def scaled(e2e: Serving, cluster: Cluster, version: str, pods: int) -> None:
    """Let the autoscaler keep at least so many pods, and wait until these serve and others are gone."""
    e2e.release(version, scaling={"minReplicas": pods})
    eventually(
        lambda: (len(serving(cluster)), len(cluster.pods(NAMESPACE, PODS))), lambda found: found == (pods, pods), 240
    )


def left(cluster: Cluster) -> list[str]:
    """What is in the cluster of what our stacks make there."""
    return [
        line
        for kinds in ("namespaces", "crds", "clusterroles", "clusterrolebindings")
        for line in cluster.kubectl("get", kinds, "-o", "name").split()
        if OURS.search(line)
    ]


def converges(e2e: Serving, cluster: Cluster, verb: str, fraction: float) -> float:
    """Kill the engine of `verb` after `fraction` of the time that it takes, and see the next run repair it all.

    A run that has ended before its kill is done again and killed earlier.

    Returns:
        Seconds from the engine's start to its death.
    """
    e2e.configure("1.0.0")
    wait = fraction * _seconds[verb]
    while not e2e.kill(verb, seconds_later(wait)):
        _seconds[verb] *= 0.7
        wait *= 0.7
        {"up": e2e.destroy, "destroy": e2e.up}[verb]()
    print(f"{verb} killed after {wait:.1f} s")
    begun = time.monotonic()
    {"up": e2e.up, "destroy": e2e.destroy}[verb]()
    _seconds[verb] = max(_seconds[verb], time.monotonic() - begun)
    if verb == "up":
        assert e2e.served()["model_version"] == "1.0.0"
        e2e.stack.preview(expect_no_changes=True)
    else:
        cluster.assert_emptied(NAMESPACE)
        assert not e2e.stack.export().get("resources")
    exported = e2e.stack.export()
    assert not exported.get("pending_operations")
    urns = [one["urn"] for one in exported.get("resources", ())]
    assert len(urns) == len(set(urns))
    return wait


_seconds = {"up": 40.0, "destroy": 15.0}
"""About how long each takes, so that kills spread over all of it; learned from the runs."""
