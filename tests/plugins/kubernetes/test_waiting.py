"""Waiting, against a cluster that a test makes up."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from sandbox.plugins.kubernetes.api import Api
from sandbox.plugins.kubernetes.awaiting.awaiter import State
from sandbox.plugins.kubernetes.awaiting.awaiters import AWAITERS
from sandbox.plugins.kubernetes.awaiting.waiting import Patience, until_gone, until_live
from sandbox.plugins.kubernetes.errors import ApiError, NotLive, Unreachable

Object = dict[str, Any]
METADATA = {"name": "web", "namespace": "n", "generation": 2}


@dataclass
class FakeApi:
    """Answers with what a test put there; `live` is called for every look."""

    live: Callable[[], Object]
    pods: list[Object] = field(default_factory=list)
    events: list[Object] = field(default_factory=list)
    slices: list[Object] = field(default_factory=list)

    def get(self, obj: Object, name: str = "") -> Object:
        return self.live()

    def list(self, like: Object, selector: str = "", fields: str = "") -> list[Object]:
        return {"Pod": self.pods, "Event": self.events, "EndpointSlice": self.slices}[like["kind"]]


class Lines:
    """Remembers what was said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def status(self, message: str, *, warning: bool = False) -> None:
        self.said.append(message)

    def warn(self, message: str) -> None:
        self.said.append(message)


def patience(seconds: float = 0.3, *, cancelled: bool = False) -> Patience:
    event = threading.Event()
    if cancelled:
        event.set()
    return Patience(seconds, event, Lines())


def state(group: str, kind: str, obj: Object, **cluster: list[Object]) -> State:
    api = cast("Api", FakeApi(lambda: obj, **cluster))
    return AWAITERS[group, kind].state(api, {"kind": kind, **obj})


def deployment(**status: Any) -> Object:
    conditions = [
        {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"},
        {"type": "Available", "status": "True"},
    ]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": METADATA,
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}},
        "status": {
            "observedGeneration": 2,
            "updatedReplicas": 2,
            "readyReplicas": 2,
            "conditions": conditions,
            **status,
        },
    }


def pod(message: str, **container: Any) -> Object:
    ready = {"type": "Ready", "status": "False", "message": message}
    return {
        "metadata": {"name": "web-1", "namespace": "n", "uid": "1"},
        "status": {"conditions": [ready], "containerStatuses": [{"name": "web", "state": container}]},
    }


def test_a_deployment_is_live_when_the_newest_version_has_all_its_pods() -> None:
    assert state("apps", "Deployment", deployment()) is State.LIVE


@pytest.mark.parametrize(
    "status",
    [
        {"observedGeneration": 1},
        {"updatedReplicas": 1},
        {"readyReplicas": 1},
        {"conditions": [{"type": "Available", "status": "True"}]},
        {"conditions": None},
    ],
)
def test_a_deployment_is_not_live_before(status: Object) -> None:
    assert state("apps", "Deployment", deployment(**status)) is State.PENDING


def test_what_is_wrong_names_pod_container_and_event() -> None:
    broken = pod(
        "containers with unready status: [web]", waiting={"reason": "ErrImagePull", "message": "no such image"}
    )
    event = {"reason": "Failed", "message": "Error: ErrImagePull", "lastTimestamp": "2"}
    older = {"reason": "BackOff", "message": "Back-off", "lastTimestamp": "1"}
    live = deployment(readyReplicas=0)
    api = cast("Api", FakeApi(lambda: live, pods=[broken], events=[event, older]))
    with pytest.raises(NotLive, match="'web' timed out waiting to be Ready") as failure:
        until_live(api, live, live, patience())
    assert failure.value.reasons == (
        "Minimum number of Pods to consider the application live was not attained",
        "[Pod n/web-1]: containers with unready status: [web][ErrImagePull] no such image",
        "[Pod n/web-1]: [Failed] Error: ErrImagePull",
    )


def test_a_deployment_without_pods_is_live_and_says_so() -> None:
    live = {**deployment(updatedReplicas=0, readyReplicas=0), "spec": {"replicas": 0}}
    waiting = patience()
    until_live(cast("Api", FakeApi(lambda: live)), live, live, waiting)
    assert cast("Lines", waiting.log).said == ['Replicas scaled to 0 for Deployment "web"']


def job(kind: str) -> Object:
    conditions = [{"type": kind, "status": "True", "reason": "R", "message": "m"}]
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": METADATA, "status": {"conditions": conditions}}


def test_a_failed_job_ends_the_wait_with_its_last_words() -> None:
    ended = pod(
        "containers with unready status: [web]", terminated={"exitCode": 1, "reason": "Error", "message": "why"}
    )
    live = job("Failed")
    with pytest.raises(NotLive, match="Resource 'web' was created but failed to initialize") as failure:
        until_live(cast("Api", FakeApi(lambda: live, pods=[ended])), live, live, patience(60))
    assert failure.value.reasons == (
        "[Pod n/web-1]: containers with unready status: [web]",
        "[Pod n/web-1]: [Error] why",
        "[R] m",
    )


def test_a_job_that_ends_well_is_announced() -> None:
    done = pod("", terminated={"exitCode": 0})
    live, waiting = job("Complete"), patience()
    until_live(cast("Api", FakeApi(lambda: live, pods=[done])), live, live, waiting)
    assert cast("Lines", waiting.log).said == ['[Pod n/web-1]: container "web" completed with exit code 0']


def service(**spec: Any) -> Object:
    return {"apiVersion": "v1", "metadata": METADATA, "spec": {"selector": {"app": "web"}, **spec}}


def endpoints(*ready: bool) -> list[Object]:
    return [{"endpoints": [{"conditions": {"ready": each}, "targetRef": {"name": "web-1"}} for each in ready]}]


def test_a_service_waits_for_the_pods_that_it_selects() -> None:
    assert state("", "Service", service(), slices=endpoints(True, True)) is State.LIVE
    assert state("", "Service", service(), slices=endpoints(True, False)) is State.PENDING


def test_a_service_that_selects_nothing_is_live() -> None:
    assert state("", "Service", service(), slices=endpoints()) is State.LIVE
    assert state("", "Service", service(selector={}), slices=endpoints(False)) is State.LIVE
    assert state("", "Service", service(clusterIP="None"), slices=endpoints(False)) is State.LIVE


def test_a_load_balancer_needs_an_address() -> None:
    balanced = service(type="LoadBalancer")
    assert state("", "Service", balanced) is State.PENDING
    assert state("", "Service", {**balanced, "status": {"loadBalancer": {"ingress": [{"ip": "1"}]}}}) is State.LIVE


@pytest.mark.parametrize(
    ("group", "kind", "obj", "expected"),
    [
        ("", "Pod", {"status": {"phase": "Succeeded"}}, State.LIVE),
        ("", "Pod", {"status": {"phase": "Failed"}}, State.FAILED),
        ("", "Pod", {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}, State.LIVE),
        ("", "PersistentVolumeClaim", {"status": {"phase": "Bound"}}, State.LIVE),
        ("", "PersistentVolumeClaim", {"status": {"phase": "Pending"}}, State.PENDING),
        ("", "PersistentVolume", {"status": {"phase": "Available"}}, State.LIVE),
        ("", "ResourceQuota", {"spec": {"hard": {"pods": "1"}}, "status": {}}, State.PENDING),
        ("", "ResourceQuota", {"spec": {"hard": {"pods": "1"}}, "status": {"hard": {"pods": "1"}}}, State.LIVE),
        ("", "Secret", {"type": "Opaque"}, State.LIVE),
        ("", "Secret", {"type": "kubernetes.io/service-account-token"}, State.PENDING),
        ("networking.k8s.io", "Ingress", {"status": {"loadBalancer": {}}}, State.PENDING),
        ("networking.k8s.io", "Ingress", {"status": {"loadBalancer": {"ingress": [{"ip": "1"}]}}}, State.LIVE),
        ("apiextensions.k8s.io", "CustomResourceDefinition", {"status": {"conditions": None}}, State.PENDING),
        (
            "apps",
            "StatefulSet",
            {"spec": {"replicas": 2}, "status": {"observedGeneration": 1, "updatedReplicas": 2, "readyReplicas": 2}},
            State.LIVE,
        ),
        (
            "apps",
            "StatefulSet",
            {"spec": {"replicas": 2}, "status": {"observedGeneration": 1, "updatedReplicas": 1, "readyReplicas": 2}},
            State.PENDING,
        ),
        (
            "apps",
            "DaemonSet",
            {"status": {"observedGeneration": 1, "desiredNumberScheduled": 1, "updatedNumberScheduled": 1}},
            State.PENDING,
        ),
    ],
)
def test_this_object_is(group: str, kind: str, obj: Object, expected: State) -> None:
    assert state(group, kind, obj) is expected


@pytest.mark.parametrize(
    ("mode", "expected"), [("WaitForFirstConsumer", State.LIVE), ("Immediate", State.PENDING), (None, State.PENDING)]
)
def test_a_claim_waits_for_no_volume_when_its_class_waits_for_a_pod(mode: str | None, expected: State) -> None:
    claim = {"spec": {"storageClassName": "local"}, "status": {"phase": "Pending"}}
    api = cast("Api", FakeApi(lambda: {"kind": "StorageClass", "volumeBindingMode": mode}))
    assert AWAITERS["", "PersistentVolumeClaim"].state(api, claim) is expected


def test_a_program_may_ask_not_to_wait() -> None:
    wanted = {**deployment(), "metadata": {**METADATA, "annotations": {"pulumi.com/skipAwait": "true"}}}

    def never() -> Object:
        raise AssertionError("nobody should look")

    live = deployment(readyReplicas=0)
    assert until_live(cast("Api", FakeApi(never)), live, wanted, patience()) is live


def test_a_cancelled_update_ends_the_wait() -> None:
    live = deployment(readyReplicas=0)
    with pytest.raises(NotLive, match="cancelled for 'web'"):
        until_live(cast("Api", FakeApi(lambda: live)), live, live, patience(60, cancelled=True))


def test_an_api_server_that_restarts_is_waited_for() -> None:
    answers = iter([Unreachable("gone"), ApiError(503, {}), deployment()])

    def live() -> Object:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert until_live(cast("Api", FakeApi(live)), deployment(), deployment(), patience(60)) == deployment()


def test_an_object_that_is_deleted_meanwhile_ends_the_wait() -> None:
    def live() -> Object:
        raise ApiError(404, {"reason": "NotFound"})

    with pytest.raises(NotLive, match="was deleted while it was waited for"):
        until_live(cast("Api", FakeApi(live)), deployment(), deployment(), patience(60))


def test_whatever_else_goes_wrong_the_object_is_not_lost() -> None:
    def live() -> Object:
        raise TypeError("a mistake of ours")

    with pytest.raises(NotLive, match="a mistake of ours") as failure:
        until_live(cast("Api", FakeApi(live)), deployment(), deployment(), patience(60))
    assert failure.value.live == deployment()


def test_the_programs_timeout_wins_over_the_annotation_and_that_over_the_default() -> None:
    annotated = {"metadata": {"annotations": {"pulumi.com/timeoutSeconds": "20"}}}
    assert patience(5).seconds(annotated) == 5
    assert patience(0).seconds(annotated) == 20
    assert patience(0).seconds({}) == 600


def test_an_object_is_gone_when_another_one_has_its_name() -> None:
    old = {"metadata": {**METADATA, "uid": "1"}}
    until_gone(cast("Api", FakeApi(lambda: {"metadata": {"uid": "2"}})), old, "web", old, patience(60))


def test_what_holds_an_object_back_is_told() -> None:
    held = {"metadata": {**METADATA, "finalizers": ["example.com/hold"], "deletionTimestamp": "now"}}
    with pytest.raises(NotLive, match="timed out waiting to be deleted") as failure:
        until_gone(cast("Api", FakeApi(lambda: held)), held, "web", held, patience())
    assert failure.value.reasons == ("finalizers are left: example.com/hold",)
