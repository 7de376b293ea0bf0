"""A new version on its way to production, under load, and what goes wrong on the way."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

import pytest

from sandbox.pulumi import EngineError
from sandbox.pulumi.events import Operation
from tests.e2e.cluster import Cluster, eventually
from tests.e2e.conftest import Created, Local, Turn
from tests.e2e.load import Load
from tests.e2e.serving import MODEL, NAME, NAMESPACE, OTHER
from tests.e2e.stored import remembered

pytestmark = pytest.mark.e2e

RATE = 40.0  # requests per second: steady, and far below what two pods can do
TENTH = 10  # percent: the canary's first share
LONG = {"steps": [{"weight": 10, "seconds": 600}]}  # until the test has seen enough and lets the release go on
CONTROLLED = tuple(
    f"kubernetes:{one}" for one in ("apps/", "argoproj.io/", "core/v1:Service", "keda.sh/", "traefik.io/")
)


def test_the_first_preview_lists_what_the_first_up_does(created: Created) -> None:
    assert named(created.planned) == named(created.done)
    assert {name for _, kind, name in named(created.done) if kind.endswith(":Rollout")} == {
        NAME,
        OTHER.replace("_", "-"),
    }


@pytest.mark.usefixtures("no_preview")
def test_a_release_goes_through_a_canary_and_loses_no_request(turn: Turn, local: Local) -> None:
    turn.serving.configure(turn.new)
    planned = turn.serving.stack.preview()
    with Load(f"{turn.serving.url}/predict", RATE) as load:
        done = turn.serving.up()
    assert load.tally.lost == {}
    assert set(load.tally.versions) == {turn.old, turn.new}
    assert turn.serving.served()["model_version"] == turn.new
    assert events(local, turn.new) == ["released 1", "promoted 1"]
    # If the release before had another pause, so had the Rollout, and the alert that knows how long a release may take.
    of_pause = {("update", "Rollout"), ("update", "PrometheusRule")}
    changed = {(kind, token.split(":")[-1]) for kind, token, _ in named(done)} - of_pause
    assert changed == {("update", "Deployment"), ("replace", "Job")}
    assert named(planned) == named(done)


@pytest.mark.soak
@pytest.mark.usefixtures("no_preview")
def test_an_aborted_release_is_tried_again_when_the_stack_says_so(turn: Turn, local: Local, cluster: Cluster) -> None:
    turn.serving.configure(turn.new, canary=LONG)
    with in_background(turn.serving.up) as failure:
        at_ten_percent(cluster)
        # Two versions at a time are alone no reason for more pods: the autoscaler averages over those of both.
        pods = cluster.scaled_pods(NAMESPACE, NAME)
        assert {turn.old, turn.new} <= {pod["metadata"]["labels"]["app.kubernetes.io/version"] for pod in pods}
        set_status(cluster, '{"abort":true}')
    assert isinstance(failure[0], EngineError)
    assert "was aborted" in str(failure[0])
    assert turn.serving.served()["model_version"] == turn.old

    # For another reason than that release, or for none.
    with pytest.raises(EngineError, match="was aborted before, as attempt 1"):
        turn.serving.up()
    assert turn.serving.served()["model_version"] == turn.old

    turn.serving.configure(turn.new, canary=LONG, attempt=2)
    with in_background(turn.serving.up) as failure:
        at_ten_percent(cluster)
        promote(cluster)
    assert not failure
    assert turn.serving.served()["model_version"] == turn.new
    assert events(local, turn.new) == ["released 1", "aborted 1", "released 2", "promoted 2"]
    turn.serving.stack.preview(expect_no_changes=True)


@pytest.mark.soak
@pytest.mark.usefixtures("no_preview")
def test_a_version_that_was_well_has_everyone_again_at_once_and_no_request_is_lost(turn: Turn, local: Local) -> None:
    for version in (turn.new, turn.old):
        turn.serving.release(version)
    with Load(f"{turn.serving.url}/predict", RATE) as load:
        turn.serving.release(turn.new, canary=LONG)  # it would take ten minutes to walk its steps
    assert load.tally.lost == {}
    assert turn.serving.served()["model_version"] == turn.new
    assert events(local, turn.new)[-1] == "rolled_back 1"


@pytest.mark.soak
@pytest.mark.usefixtures("no_preview")
def test_a_release_outlives_its_engine_its_controller_and_a_gateway(turn: Turn, cluster: Cluster) -> None:
    turn.serving.configure(turn.new, canary=LONG)
    assert turn.serving.kill("up", when=lambda: canary_share(cluster) == TENTH)

    with Load(f"{turn.serving.url}/predict", RATE, retries=1) as load:
        for namespace, component in (("gateway", "gateway"), ("argo-rollouts", "rollouts-controller")):
            replace_a_pod(cluster, namespace, component)
    assert load.tally.lost == {}

    # The state says nothing of weights, selectors and numbers of pods, so neither do refresh and preview.
    assert controlled(turn.serving.stack.refresh()) == set()
    assert controlled(turn.serving.stack.preview()) == set()
    assert cluster.weights(NAMESPACE, NAME) == {"stable": 90, "canary": 10}

    promote(cluster)
    turn.serving.up()
    assert turn.serving.served()["model_version"] == turn.new
    turn.serving.stack.preview(expect_no_changes=True)
    urns = [one["urn"] for one in turn.serving.stack.export()["resources"]]
    assert len(urns) == len(set(urns))


@pytest.mark.usefixtures("no_preview")
def test_a_canary_that_dies_takes_no_request_from_the_stable_version(turn: Turn, cluster: Cluster) -> None:
    turn.serving.configure(turn.new, canary=LONG)
    with in_background(turn.serving.up) as failure:
        at_ten_percent(cluster)
        before = cluster.pods_behind(NAMESPACE, f"{NAME}-canary")
        with Load(f"{turn.serving.url}/predict", RATE) as load:
            cluster.kubectl("-n", NAMESPACE, "delete", "pod", *before, "--grace-period=0", "--force")
            eventually(lambda: cluster.pods_behind(NAMESPACE, f"{NAME}-canary"), lambda pods: bool(pods - before), 120)
        promote(cluster)
    assert not failure
    lost = load.tally.lost
    assert not [why for why in lost if why.startswith("404")], lost  # the route stays, whatever becomes of the canary
    # A tenth of the requests is the canary's; twice that is beyond chance for a few hundred of them.
    assert lost.total() <= 2 * TENTH / 100 * load.tally.sent, lost
    assert load.tally.versions[turn.old] >= (1 - 2 * TENTH / 100) * load.tally.sent


def named(changes: frozenset[Operation]) -> set[tuple[str, str, str]]:
    """What is done to which resource."""
    return {(change.kind.value, change.type, change.name) for change in changes}


def controlled(changes: frozenset[Operation]) -> set[tuple[str, str, str]]:
    """The changes of what controllers work on in the middle of a canary."""
    return {change for change in named(changes) if change[1].startswith(CONTROLLED)}


def canary_share(cluster: Cluster, namespace: str = NAMESPACE) -> int | None:
    """How much of the traffic the canary has, in percent."""
    return cluster.weights(namespace, NAME).get("canary")


def at_ten_percent(cluster: Cluster, namespace: str = NAMESPACE) -> None:
    eventually(lambda: canary_share(cluster, namespace), lambda share: share == TENTH, 180)


def events(local: Local, version: str) -> list[str]:
    """What the ledger says of a version in this turn: what happened, and to which attempt."""
    entries = remembered(local.platform["modelStore"], NAMESPACE, MODEL).entries
    return [f"{one.event} {one.attempt}" for one in entries if one.version == version]


def set_status(cluster: Cluster, status: str) -> None:
    """What `kubectl argo rollouts abort` and `promote` do."""
    cluster.kubectl(
        "-n", NAMESPACE, "patch", "rollout", NAME, "--subresource=status", "--type=merge", f'-p={{"status":{status}}}'
    )


def promote(cluster: Cluster) -> None:
    # The requests move a moment before the pause begins, and one that has not begun can't be ended.
    path = f"/apis/argoproj.io/v1alpha1/namespaces/{NAMESPACE}/rollouts/{NAME}/status"
    eventually(lambda: cluster.get(path)["status"].get("pauseConditions"), bool, 60)
    set_status(cluster, '{"pauseConditions":null}')


def replace_a_pod(cluster: Cluster, namespace: str, component: str) -> None:
    """Delete a pod as a drain does, and wait for the one that takes its place."""
    selector = f"app.kubernetes.io/component={component}"
    before = cluster.ready_pods(namespace, selector)
    gone = min(before)
    cluster.kubectl("-n", namespace, "delete", "pod", gone, "--wait=false")
    eventually(
        lambda: cluster.ready_pods(namespace, selector),
        lambda pods: len(pods) >= len(before) and gone not in pods,
        180,
    )


@contextmanager
def in_background(action: Callable[[], object]) -> Generator[list[Exception]]:
    """Run `action` beside the block, until both have ended; what it raised is in the list afterwards."""
    failure: list[Exception] = []

    def run() -> None:
        try:
            action()
        except Exception as error:
            failure.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield failure
    finally:
        thread.join()
