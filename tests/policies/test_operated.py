"""What the Prometheus operator makes of its kinds is held to the rules like any other pod."""

import copy

import pytest

from policies import operated, workloads
from policies.rules import RULES
from policies.rules.kubernetes.forbid_host_access import forbid_host_access
from policies.rules.kubernetes.require_image_digest import require_image_digest
from policies.rules.stack.require_disruption_budget import require_disruption_budget
from tests.policies.judging import UNKNOWN, Change, Declared, Object, drop, judge, judge_stack, pod, put, violations

PROMETHEUS = "kubernetes:monitoring.coreos.com/v1:Prometheus"
ALERTMANAGER = "kubernetes:monitoring.coreos.com/v1:Alertmanager"
SERVER: Object = pod()["containers"][0]


def declared(*changes: Change) -> Object:
    """A Prometheus that every rule accepts, with changes of its spec."""
    spec: Object = {key: copy.deepcopy(value) for key, value in pod().items() if key != "containers"}
    spec |= {key: copy.deepcopy(SERVER[key]) for key in ("image", "resources")}
    for change in changes:
        change(spec)
    return {"metadata": {"name": "one", "namespace": "monitoring"}, "spec": spec}


def said(props: Object, resource_type: str = PROMETHEUS) -> list[str]:
    return [message for rule in RULES for message in judge(rule, props, resource_type)[0]]


@pytest.mark.parametrize("kind", operated.MAIN)
def test_one_that_is_complete_is_accepted(kind: str) -> None:
    assert said(declared(), f"kubernetes:monitoring.coreos.com/v1:{kind}") == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put("image", value="quay.io/prometheus/prometheus:v3"), "container 'prometheus' uses 'quay.io/prometheus/"),
        (drop("resources", "limits", "memory"), "container 'prometheus' has no resources.limits.memory"),
        (drop("securityContext", "runAsNonRoot"), "container 'prometheus' has no securityContext.runAsNonRoot: true"),
        (drop("securityContext", "seccompProfile"), "container 'prometheus' has securityContext.seccompProfile.type"),
        (drop("automountServiceAccountToken"), "the pod doesn't say automountServiceAccountToken"),
        (put("hostNetwork", value=True), "the pod sets hostNetwork: true"),
        (put("volumes", value=[{"name": "host", "hostPath": {"path": "/"}}]), "volume 'host' is the node's '/'"),
    ],
)
def test_one_thing_wrong_is_named(change: Change, message: str) -> None:
    (found,) = said(declared(change))
    assert found.startswith(message)


def test_a_patch_of_the_operators_container_is_no_container_of_its_own() -> None:
    patch: Object = {"name": "prometheus", "readinessProbe": {"failureThreshold": 9.0}}
    assert said(declared(put("containers", value=[patch, {"name": "config-reloader"}]))) == []


@pytest.mark.parametrize("name", ["prometheus", "config-reloader"])
def test_a_patch_may_not_take_the_guard_off(name: str) -> None:
    patch: Object = {"name": name, "securityContext": {"privileged": True, "readOnlyRootFilesystem": False}}
    assert said(declared(put("containers", value=[patch]))) == [
        f"container {name!r} sets securityContext.privileged: true",
        f"container {name!r} has no securityContext.readOnlyRootFilesystem: true; give it an emptyDir to write to",
    ]


def test_a_further_container_is_held_to_every_rule() -> None:
    messages = said(declared(put("containers", value=[{"name": "proxy", "image": "proxy:latest"}])))
    assert (
        "container 'proxy' uses 'proxy:latest', which has no digest: a tag may mean something else tomorrow" in messages
    )
    assert "container 'proxy' has no readinessProbe" in messages


def test_an_unknown_patch_does_not_hide_what_is_beside_it() -> None:
    props = declared(put("containers", value=UNKNOWN), put("hostNetwork", value=True))
    found, unknown = judge(forbid_host_access, props, PROMETHEUS)
    assert found == ["the pod sets hostNetwork: true, and must not"]
    assert unknown


def test_an_image_that_is_not_known_yet_is_reported_as_such() -> None:
    found, unknown = judge(require_image_digest, declared(put("image", value=UNKNOWN)), PROMETHEUS)
    assert (found, bool(unknown)) == ([], True)


def test_other_kinds_of_the_group_have_no_pods() -> None:
    monitor: Object = {"metadata": {"name": "one", "namespace": "serving"}, "spec": {"selector": {}}}
    assert not list(workloads.pods("kubernetes:monitoring.coreos.com/v1:PodMonitor", monitor))


def budget(*, app: str) -> Declared:
    props: Object = {
        "metadata": {"name": "budget", "namespace": "monitoring"},
        "spec": {"maxUnavailable": 1.0, "selector": {"matchLabels": {"app": app}}},
    }
    return Declared("kubernetes:policy/v1:PodDisruptionBudget", "budget", props)


@pytest.mark.parametrize("resource_type", [PROMETHEUS, ALERTMANAGER])
def test_several_pods_need_a_disruption_budget(resource_type: str) -> None:
    several = declared(put("replicas", value=2.0), put("podMetadata", value={"labels": {"app": "one"}}))
    workload = Declared(resource_type, "one", several)
    assert judge_stack(require_disruption_budget, [workload, budget(app="one")]) == ([], None)
    (found,) = judge_stack(require_disruption_budget, [workload, budget(app="other")])[0]
    assert "has 2 pods or more, and no PodDisruptionBudget of this stack selects them" in found
    assert violations(require_disruption_budget, declared(), resource_type) == []
