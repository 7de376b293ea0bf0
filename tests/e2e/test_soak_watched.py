"""The platform on a cluster that has a Prometheus stack of its own, and on one where nothing watches: `make soak`."""

import json
from collections.abc import Generator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from sandbox import driver
from sandbox.journey import journey, stacks
from sandbox.journey.configuration import filled, read
from sandbox.pulumi.cli import Cli
from sandbox.pulumi.stack import Stack
from tests.e2e.cluster import Cluster, eventually
from tests.e2e.conftest import Local, begun
from tests.e2e.load import Load
from tests.e2e.serving import MODEL, NAME, NAMESPACE, OTHER, Serving, serving
from tests.e2e.stored import forget, stored
from tests.e2e.test_judged import agreed, ledger, well
from tests.e2e.written import written

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600), pytest.mark.usefixtures("no_preview")]

RATE: Final = 20.0  # requests per second
GONE_WITHIN: Final = 120.0  # seconds
THEIRS: Final = ("slipway:platform:Monitoring", "slipway:platform:Autoscaler")
"""Components that the stack forgets, so that what they have made is the cluster's own."""
DEFINITIONS: Final = (".monitoring.coreos.com", ".keda.sh")
WATCHED: Final = "slipway-platform:monitoring"


@pytest.fixture(scope="module")
def platform(local: Local) -> Iterator[Stack]:
    """The platform's stack, alone: what serves on it goes before, and comes back after."""
    for stack in (*stacks.staged(local.state), stacks.own(local.state)[0]):
        stack.destroy()
    found = stacks.platform(local.state, driver.access(local.state))
    yield found
    journey.up(local.state)


@pytest.fixture
def ours(local: Local, platform: Stack, tmp_path: Path) -> Iterator[Serving]:
    """A serving stack of one model, which nobody has brought up yet."""
    model_store = local.platform["modelStore"]
    digests = {version: stored(model_store, MODEL, version).digest for version in ("1.0.0", "1.1.0")}
    image, gateway = local.serving["image"], local.platform["gateway"]["url"]
    found = serving(local.state, tmp_path, image=image, digests=digests, other="", gateway=gateway)
    del found.base["config"]["slipway:models"][OTHER]
    found.stack.init(select=False)
    forget(model_store, NAMESPACE, MODEL)
    yield found
    found.destroy()
    found.stack.remove()


def watched(stack: Stack, by: Mapping[str, Any] | None) -> AbstractContextManager[None]:
    """A stack's file that says what watches the cluster, None for nothing."""
    config = read(stack.config)
    del config["config"][WATCHED]
    return written(stack.config, yaml.safe_dump(filled(config, {WATCHED: dict(by)} if by else {})))


@contextmanager
def theirs(stack: Stack, file: Path) -> Generator[None]:
    """A stack that knows nothing of the monitoring that it has made; afterwards it does again."""
    cli = Cli(stack.state, stack.project, stack.signed_in)
    before = cli.run("stack", "export", f"--stack={stack.name}")
    document = json.loads(before)
    of_it = {one["urn"] for one in document["deployment"]["resources"] if _of_monitoring(one["urn"])}
    assert of_it
    document["deployment"]["resources"] = [
        _without(one, of_it) for one in document["deployment"]["resources"] if one["urn"] not in of_it
    ]
    try:
        _keep(cli, stack, file, json.dumps(document))
        yield
    finally:
        _keep(cli, stack, file, before)
        stack.refresh()
        stack.up()


def _of_monitoring(urn: str) -> bool:
    kinds, name = urn.split("::")[2:4]
    return any(component in kinds.split("$") for component in THEIRS) or name.endswith(DEFINITIONS)


def _without(one: dict[str, Any], gone: set[str]) -> dict[str, Any]:
    """A resource that depends on none of these."""
    every: list[str] = one.get("dependencies") or []
    by_property: dict[str, list[str] | None] = one.get("propertyDependencies") or {}
    kept = {key: [urn for urn in urns or () if urn not in gone] for key, urns in by_property.items()}
    return one | {"dependencies": [urn for urn in every if urn not in gone], "propertyDependencies": kept}


def _keep(cli: Cli, stack: Stack, file: Path, content: str) -> None:
    file.write_text(content)
    cli.run("stack", "import", f"--stack={stack.name}", f"--file={file}")


def test_a_cluster_s_own_prometheus_is_used_and_left_alone(
    local: Local, cluster: Cluster, platform: Stack, ours: Serving, tmp_path: Path
) -> None:
    known = local.platform["monitoring"]
    existing = {
        "url": known["url"],
        "namespace": known["namespace"],
        "labels": known["labels"],
        "autoscalerNamespace": known["autoscalerNamespace"],
    }
    before = identities(cluster, known)
    with theirs(platform, tmp_path / "state.json"), watched(platform, {"existing": existing}):
        platform.up()
        platform.preview(expect_no_changes=True)
        assert platform.refresh() == frozenset()
        ours.release("1.0.0")
        turn = begun(ours, local, ours.judged())
        with Load(f"{ours.url}/predict", RATE) as load:
            well(ours.slipway("release", f"--model={turn.new}"))
        assert agreed(ours) == turn.new
        assert load.tally.lost == {}
        assert {"evidence", "errors", "p99", "shift"} <= ledger(local)[-1].figures.keys()
        assert cluster.get(f"/apis/keda.sh/v1alpha1/namespaces/{NAMESPACE}/scaledobjects/{NAME}")
        ours.destroy()
        assert identities(cluster, known) == before


def test_where_nothing_watches_a_release_goes_by_time(
    local: Local, cluster: Cluster, platform: Stack, ours: Serving
) -> None:
    del ours.base["config"]["slipway:monitoring"]
    del ours.base["config"]["slipway:models"][MODEL]["scaling"]["requestsInFlight"]
    with watched(platform, None):
        platform.up()
        platform.preview(expect_no_changes=True)
        eventually(lambda: cluster.kubectl("get", "namespaces,crds", "-o", "name"), unwatched, GONE_WITHIN)
        ours.release("1.0.0")
        with Load(f"{ours.url}/predict", RATE) as load:
            well(ours.slipway("release", "--model=1.1.0"))
        assert load.tally.lost == {}
        assert set(load.tally.versions) == {"1.0.0", "1.1.0"}
        assert agreed(ours) == "1.1.0"
        assert {one["type"] for one in cluster.autoscaler(NAMESPACE, NAME)["currentMetrics"]} == {"Resource"}
        ours.stack.preview(expect_no_changes=True)


def unwatched(names: str) -> bool:
    """Whether there is nothing of a monitoring among these."""
    return not [name for name in names.split() if name == "namespace/monitoring" or name.endswith(DEFINITIONS)]


def identities(cluster: Cluster, known: Mapping[str, Any]) -> set[str]:
    """The pods that watch, each of which is another one when it was made anew."""
    namespaces = {known["namespace"], known["autoscalerNamespace"]}
    return {pod["metadata"]["uid"] for namespace in namespaces for pod in cluster.pods(namespace)}
