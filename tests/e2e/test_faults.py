"""What goes wrong at night: a tampered model, a killed pod, a policy that objects."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import obstore
import pytest
from obstore.store import S3Store

from sandbox.engine import EngineError
from sandbox.engine.stack import Stack
from sandbox.local import bundles, journey, questions
from sandbox.local.stacks import POLICIES
from tests.e2e.cluster import Cluster, eventually
from tests.e2e.conftest import Local
from tests.e2e.load import Load
from tests.e2e.serving import MODEL, NAMESPACE, Serving

if TYPE_CHECKING:
    from obstore.store import S3Config

pytestmark = pytest.mark.e2e

READING = dict(questions.READINGS[0])
RATE = 40.0
_VIRTUALENV: Final = f"{{virtualenv: {sys.prefix}}}"


def test_a_tampered_model_is_never_served_and_the_old_version_loses_no_request(
    released: Serving, local: Local, tampered: str
) -> None:
    released.configure("1.1.1", tampered)
    with (
        Load(f"{released.url}/predict", READING, RATE) as load,
        pytest.raises(EngineError, match=r"saved_model\.pb"),
    ):
        released.stack.up()
    assert load.tally.lost == {}
    assert set(load.tally.versions) == {"1.0.0"}
    assert released.served()["model_version"] == "1.0.0"

    released.release("1.0.0")
    released.stack.preview(expect_no_changes=True)
    assert released.served()["model_version"] == "1.0.0"


@pytest.fixture
def tampered(local: Local) -> Iterator[str]:
    """The manifest's digest of a version whose model was changed after it was published."""
    store = local.platform["modelStore"]
    bundle = bundles.trained(local.state) / "1.1.0"
    digest = journey.publish(bundle, "1.1.1", store)
    bucket, prefix = _bucket(store), f"{MODEL}/1.1.1"
    _flip_a_byte(bucket, f"{prefix}/saved_model.pb")
    yield digest
    # obstore's list is generic over what its pages hold, and its stubs leave that open.
    found = cast("list[dict[str, str]]", obstore.list(bucket, prefix).collect())  # pyright: ignore[reportUnknownMemberType]
    obstore.delete(bucket, [one["path"] for one in found])


def test_a_killed_pod_costs_no_request_of_a_client_that_tries_once_more(released: Serving, cluster: Cluster) -> None:
    first = eventually(lambda: cluster.ready_pods(NAMESPACE), lambda pods: len(pods) >= 2, 120)
    with Load(f"{released.url}/predict", READING, RATE, retries=1) as load:
        cluster.kubectl("-n", NAMESPACE, "delete", "pod", first[0], "--grace-period=0", "--force")
        eventually(
            lambda: cluster.ready_pods(NAMESPACE), lambda pods: first[0] not in pods and len(pods) >= len(first), 120
        )
    assert load.tally.lost == {}
    assert load.tally.sent > RATE


VIOLATING = """
import pulumi
import pulumi_kubernetes as k8s
from pathlib import Path

cluster = k8s.Provider("cluster", kubeconfig=Path(pulumi.Config().require("kubeconfig")).read_text())
labels = {"app": "careless"}
k8s.apps.v1.Deployment(
    "careless",
    metadata={"name": "careless", "namespace": "default"},
    spec={
        "selector": {"matchLabels": labels},
        "template": {
            "metadata": {"labels": labels},
            "spec": {"containers": [{"name": "web", "image": "example.org/web:latest"}]},
        },
    },
    opts=pulumi.ResourceOptions(provider=cluster),
)
"""


def test_a_stack_that_breaks_policies_is_refused_before_anything_is_made(
    local: Local, cluster: Cluster, tmp_path: Path
) -> None:
    (tmp_path / "Pulumi.yaml").write_text(f"name: careless\nruntime: {{name: python, options: {_VIRTUALENV}}}\n")
    (tmp_path / "__main__.py").write_text(VIOLATING)
    config = tmp_path / "Pulumi.e2e.yaml"
    config.write_text(f"config: {{'careless:kubeconfig': {cluster.access.kubeconfig}}}\n")
    stack = Stack(tmp_path, "e2e", config, local.state, policies=(POLICIES,))
    stack.init()
    with pytest.raises(EngineError) as refused:
        stack.up()
    for rule in ("require-image-digest", "require-non-root", "require-probes", "require-resources"):
        assert rule in str(refused.value)
    assert "example.org/web:latest" in str(refused.value)
    assert "careless" not in cluster.kubectl("get", "deployments", "-n", "default")


def _flip_a_byte(bucket: S3Store, key: str) -> None:
    content = bytearray(obstore.get(bucket, key).bytes().to_bytes())
    content[len(content) // 2] ^= 1
    obstore.put(bucket, key, bytes(content))


def _bucket(store: dict[str, Any]) -> S3Store:
    return S3Store.from_url(store["url"], config=_client(store), client_options={"allow_http": True})


def _client(store: dict[str, Any]) -> "S3Config":
    environment = store["environment"]
    return {
        "endpoint": environment["AWS_ENDPOINT_URL"],
        "region": store["region"],
        "access_key_id": environment["AWS_ACCESS_KEY_ID"],
        "secret_access_key": environment["AWS_SECRET_ACCESS_KEY"],
    }
