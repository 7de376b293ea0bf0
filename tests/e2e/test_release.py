"""A new version on its way to production, under load."""

import threading

import pytest

from sandbox.engine.events import Operation
from sandbox.local import questions
from tests.e2e.cluster import Cluster, eventually
from tests.e2e.load import Load
from tests.e2e.serving import NAME, NAMESPACE, Serving

pytestmark = pytest.mark.e2e

READING = dict(questions.READINGS[0])
RATE = 40.0  # requests per second: steady, and far below what two pods can do


def test_a_release_goes_through_a_canary_and_loses_no_request(released: Serving) -> None:
    with Load(f"{released.url}/predict", READING, RATE) as load:
        changes = released.release("1.1.0")
    assert load.tally.lost == {}
    assert set(load.tally.versions) == {"1.0.0", "1.1.0"}
    assert released.served()["model_version"] == "1.1.0"
    assert {(change.kind.value, change.type.split(":")[-1]) for change in changes} == {
        ("update", "Deployment"),
        ("replace", "Job"),
    }


def test_the_preview_of_a_release_lists_what_its_up_does(released: Serving) -> None:
    released.configure("1.1.0")
    assert _named(released.stack.preview()) == _named(released.stack.up())


def test_a_refresh_in_the_middle_of_a_canary_proposes_nothing(released: Serving, cluster: Cluster) -> None:
    before = cluster.get("rollout", NAME, "-n", NAMESPACE)["status"]["stableRS"]
    cluster.kubectl(
        "-n", NAMESPACE, "patch", "deployment", NAME, "--type=json",
        "-p", '[{"op":"add","path":"/spec/template/metadata/annotations/e2e","value":"canary"}]',
    )  # fmt: skip
    eventually(lambda: cluster.weights(NAMESPACE, NAME), lambda found: found.get("canary") == 10, 120)
    assert released.stack.refresh() == frozenset()
    released.stack.preview(expect_no_changes=True)
    assert cluster.weights(NAMESPACE, NAME) == {"stable": 90, "canary": 10}
    eventually(
        lambda: cluster.get("rollout", NAME, "-n", NAMESPACE)["status"],
        lambda status: status["phase"] == "Healthy" and status["stableRS"] != before,
        180,
    )


def test_a_changed_label_in_the_middle_of_a_canary_leaves_the_weights(released: Serving, cluster: Cluster) -> None:
    released.configure("1.1.0")
    failure: list[BaseException] = []

    def up() -> None:
        try:
            released.stack.up()
        except BaseException as error:
            failure.append(error)
            raise

    running = threading.Thread(target=up)
    running.start()
    eventually(lambda: cluster.weights(NAMESPACE, NAME), lambda found: found.get("canary") == 10, 180)
    cluster.kubectl("-n", NAMESPACE, "label", "traefikservice", NAME, "e2e=1", "--overwrite")
    assert cluster.weights(NAMESPACE, NAME) == {"stable": 90, "canary": 10}
    running.join()
    assert not failure


def _named(changes: frozenset[Operation]) -> set[tuple[str, str, str]]:
    return {(change.kind.value, change.type, change.name) for change in changes}
