"""What goes wrong at night: a tampered model, a pod that is evicted or dies."""

from collections.abc import Callable

import pytest

from sandbox.pulumi import EngineError
from tests.e2e.cluster import Cluster, eventually
from tests.e2e.conftest import Turn
from tests.e2e.load import Load
from tests.e2e.serving import NAME, NAMESPACE, STABLE, Serving

pytestmark = pytest.mark.e2e

RATE = 40.0
PODS = f"app.kubernetes.io/name={NAME},app.kubernetes.io/component=model-server"


@pytest.mark.usefixtures("no_preview")
def test_a_tampered_model_is_never_served_and_the_old_version_loses_no_request(turn: Turn, tampered: str) -> None:
    turn.serving.configure("1.1.1", tampered, canary={"progressDeadlineSeconds": 60})
    with (
        Load(f"{turn.serving.url}/predict", RATE) as load,
        pytest.raises(EngineError, match=r"saved_model\.pb has the SHA-256") as refused,
    ):
        turn.serving.up()
    assert load.tally.lost == {}
    assert set(load.tally.versions) == {turn.old}
    assert turn.serving.served()["model_version"] == turn.old
    assert "was aborted" in str(refused.value)

    turn.serving.release(turn.old)
    turn.serving.stack.preview(expect_no_changes=True)
    assert turn.serving.served()["model_version"] == turn.old


def test_a_pod_that_is_evicted_loses_no_request_and_no_other_goes_meanwhile(e2e: Serving, cluster: Cluster) -> None:
    def go(pod: str) -> None:
        evict(cluster, pod)
        others = serving(cluster) - {pod}
        assert others
        assert not any(cluster.evict(NAMESPACE, other) for other in others)

    with Load(f"{e2e.url}/predict", RATE, fresh=True) as load:
        replace(cluster, go)
    assert load.tally.lost == {}
    assert load.tally.sent > RATE


def test_a_pod_that_is_killed_costs_no_request_of_a_client_that_tries_once_more(e2e: Serving, cluster: Cluster) -> None:
    with Load(f"{e2e.url}/predict", RATE, retries=1) as load:
        replace(
            cluster,
            lambda pod: cluster.kubectl("-n", NAMESPACE, "delete", "pod", pod, "--grace-period=0", "--force"),
        )
    assert load.tally.lost == {}
    assert load.tally.sent > RATE


def serving(cluster: Cluster) -> set[str]:
    """The pods that serve."""
    return cluster.pods_behind(NAMESPACE, STABLE)


def evict(cluster: Cluster, pod: str) -> None:
    """Evict as a node's drain does: as soon as the disruption budget lets it."""
    eventually(lambda: cluster.evict(NAMESPACE, pod), bool, 120)


def replace(cluster: Cluster, go: Callable[[str], object]) -> None:
    """Let one of the pods that serve go, and wait until it is gone and as many serve as the autoscaler wants."""
    gone = min(eventually(lambda: serving(cluster), lambda pods: len(pods) >= 2, 120))
    go(gone)
    eventually(
        lambda: serving(cluster),
        lambda pods: gone not in pods and len(pods) >= max(2, cluster.replicas(NAMESPACE, NAME)),
        120,
    )
    eventually(
        lambda: {pod["metadata"]["name"] for pod in cluster.pods(NAMESPACE)}, lambda found: gone not in found, 120
    )
