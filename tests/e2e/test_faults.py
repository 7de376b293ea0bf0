"""What goes wrong at night: a tampered model, a pod that is evicted or dies."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast

import obstore
import pytest
from obstore.store import S3Store

from sandbox.journey import bundles, journey
from sandbox.pulumi import EngineError
from tests.e2e.cluster import Cluster, eventually
from tests.e2e.conftest import Local, Turn
from tests.e2e.load import Load
from tests.e2e.serving import MODEL, NAME, NAMESPACE, STABLE, Serving

if TYPE_CHECKING:
    from obstore.store import S3Config

pytestmark = pytest.mark.e2e

RATE = 40.0
PODS = f"app.kubernetes.io/name={NAME},app.kubernetes.io/component=model-server"


@pytest.mark.usefixtures("no_preview")
def test_a_tampered_model_is_never_served_and_the_old_version_loses_no_request(
    turn: Turn, cluster: Cluster, tampered: str
) -> None:
    turn.serving.configure("1.1.1", tampered, canary={"progressDeadlineSeconds": 30})
    with (
        Load(f"{turn.serving.url}/predict", RATE) as load,
        pytest.raises(EngineError, match=r"saved_model\.pb") as refused,
    ):
        turn.serving.up()
    assert load.tally.lost == {}
    assert set(load.tally.versions) == {turn.old}
    assert turn.serving.served()["model_version"] == turn.old
    assert "was aborted" in str(refused.value)
    said = cluster.kubectl("-n", NAMESPACE, "logs", "-l", f"{PODS},app.kubernetes.io/version=1.1.1", "--tail=-1")
    assert "saved_model.pb" in said
    assert "SHA-256" in said

    turn.serving.release(turn.old)
    turn.serving.stack.preview(expect_no_changes=True)
    assert turn.serving.served()["model_version"] == turn.old


@pytest.fixture
def tampered(local: Local) -> Iterator[str]:
    """The manifest's digest of a version whose model was changed after it was published."""
    store = local.platform["modelStore"]
    bundle = bundles.trained(local.state) / "1.1.0"
    digest = journey.publish(bundle, "1.1.1", store)
    bucket, prefix = bucket_of(store), f"{MODEL}/1.1.1"
    key = f"{prefix}/saved_model.pb"
    content = bytearray(obstore.get(bucket, key).bytes().to_bytes())
    content[len(content) // 2] ^= 1
    obstore.put(bucket, key, bytes(content))
    yield digest
    obstore.delete(bucket, keys(bucket, prefix))


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


def bucket_of(store: dict[str, Any]) -> S3Store:
    """The model store, as the platform's output `modelStore` tells of it."""
    environment = store["environment"]
    config: S3Config = {
        "endpoint": environment["AWS_ENDPOINT_URL"],
        "region": store["region"],
        "access_key_id": environment["AWS_ACCESS_KEY_ID"],
        "secret_access_key": environment["AWS_SECRET_ACCESS_KEY"],
    }
    return S3Store.from_url(store["url"], config=config, client_options={"allow_http": True})


def keys(bucket: S3Store, prefix: str = "") -> list[str]:
    """Everything below a prefix."""
    # obstore's list is generic over what its pages hold, and its stubs leave that open.
    found = cast("list[dict[str, str]]", obstore.list(bucket, prefix).collect())  # pyright: ignore[reportUnknownMemberType]
    return [one["path"] for one in found]
