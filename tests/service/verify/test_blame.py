"""Which pod is to blame, in words that somebody can act on."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from service.verify.blame import blame
from tests.service.verify.fake_api import Fake
from tests.service.verify.objects import PODS, REPLICA_SETS, Object, pod, waiting


@pytest.fixture
def found(fake: Fake, tmp_path: Path) -> "Found":
    return Found(fake, tmp_path)


class Found:
    """Blames with these pods in the cluster."""

    def __init__(self, fake: Fake, folder: Path) -> None:
        self.fake, self._folder = fake, folder

    def __call__(self, *pods: Object, replica_sets: tuple[Object, ...] = ()) -> str:
        self.fake.at(PODS, {"items": pods})
        self.fake.at(REPLICA_SETS, {"items": replica_sets})
        return blame(self.fake.api(self._folder), "serving", "new")

    def running(self, name: str = "pod-1") -> Object:
        return pod(name, ip="127.0.0.1", port=urlsplit(self.fake.url).port or 0)


def test_only_the_pods_of_the_template_are_looked_at(found: Found) -> None:
    found()
    assert {path for path, _ in found.fake.asked} == {
        f"{PODS}?labelSelector=rollouts-pod-template-hash=new",
        f"{REPLICA_SETS}?labelSelector=rollouts-pod-template-hash=new",
    }


def test_ready_pods_and_pods_that_go_are_not_blamed(found: Found) -> None:
    going = pod("going")
    going["metadata"]["deletionTimestamp"] = "2026-11-22T00:00:00Z"
    assert found(pod(ready=True), going) == ""


def test_a_container_that_does_not_start_is_named_with_its_reason(found: Found) -> None:
    given = pod(containerStatuses=waiting("ImagePullBackOff", "Back-off pulling image"))
    assert found(given) == "pod pod-1: container model-server: ImagePullBackOff Back-off pulling image"


def test_a_container_that_is_being_made_is_no_reason(found: Found) -> None:
    assert found(pod(containerStatuses=waiting("ContainerCreating"))) == "pod pod-1: not running yet"


def test_a_container_that_ended_is_named_with_its_last_words(found: Found) -> None:
    [status] = waiting("CrashLoopBackOff", "back-off 10s")
    status["lastState"] = {"terminated": {"reason": "OOMKilled", "exitCode": 137, "message": "last words\n"}}
    reason = "container model-server: CrashLoopBackOff back-off 10s, "
    reason += "container model-server ended: OOMKilled, exit code 137, last words"
    assert found(pod(containerStatuses=[status])) == f"pod pod-1: {reason}"


def test_a_pod_that_has_no_place_says_what_is_short(found: Found) -> None:
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "Insufficient cpu"}
    assert found(pod(conditions=[condition])) == "pod pod-1: Unschedulable: Insufficient cpu"


def test_pods_that_could_not_be_made_are_told_by_their_replica_set(found: Found) -> None:
    condition = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "exceeded quota"}
    replica_set = {"metadata": {"name": "rs"}, "status": {"conditions": [condition]}}
    assert found(replica_sets=(replica_set,)) == "replica set rs: FailedCreate: exceeded quota"


def test_a_running_pod_is_asked_itself(found: Found) -> None:
    found.fake.at("/readyz", {"status": "loading", "reason": "model.pb has the SHA-256 0, not 1"}, status=503)
    assert found(found.running()) == "pod pod-1: loading: model.pb has the SHA-256 0, not 1"


def test_pods_with_the_same_reason_are_named_together(found: Found) -> None:
    found.fake.at("/readyz", {"status": "loading", "reason": "x"}, status=503)
    assert found(found.running("a"), found.running("b")) == "pod a and pod b: loading: x"


@pytest.mark.parametrize("body", [b"no json", b"[]", b"{}"])
def test_a_pod_that_does_not_explain_itself_is_blamed_all_the_same(body: bytes, found: Found) -> None:
    found.fake.at("/readyz", body, status=503)
    assert found(found.running()) == "pod pod-1: not ready, /readyz answers 503"


def test_a_pod_that_became_ready_meanwhile_says_so(found: Found) -> None:
    found.fake.at("/readyz", {"status": "ready", "reason": ""})
    assert "just now" in found(found.running())


def test_a_pod_that_cannot_be_reached_is_told(found: Found) -> None:
    assert "http://127.0.0.1:9/readyz gave no answer" in found(pod(ip="127.0.0.1", port=9))


def test_pods_that_may_not_be_read_do_not_hide_the_release(found: Found) -> None:
    found.fake.at(PODS, {"message": "forbidden"}, status=403)
    assert "403 forbidden" in blame(found.fake.api(Path(found._folder)), "serving", "new")  # pyright: ignore[reportPrivateUsage] its own test
