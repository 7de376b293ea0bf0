import copy

import pytest

from policies import workloads
from policies.rules import RULES
from policies.rules.kubernetes.forbid_host_access import forbid_host_access
from tests.policies.judging import DEPLOYMENT, JOB, POD, ROLLOUT, UNKNOWN, Object, judge, pod, put, violations

CRON_JOB = "kubernetes:batch/v1:CronJob"
TEMPLATE = "kubernetes:core/v1:PodTemplate"
MEASUREMENT = "kubernetes:argoproj.io/v1alpha1:AnalysisTemplate"


TEMPLATED: Object = {"spec": {"template": {"spec": pod()}}}
MEASURED: Object = {
    "spec": {
        "metrics": [
            {"name": "rate", "provider": {"prometheus": {"query": "up"}}},
            {"name": "job", "provider": {"job": TEMPLATED}},
        ]
    }
}


@pytest.mark.parametrize(
    ("resource_type", "props"),
    [
        (POD, {"spec": pod()}),
        (TEMPLATE, {"template": {"spec": pod()}}),
        ("kubernetes:core/v1:ReplicationController", TEMPLATED),
        (DEPLOYMENT, TEMPLATED),
        ("kubernetes:apps/v1beta1:Deployment", TEMPLATED),
        ("kubernetes:extensions/v1beta1:Deployment", TEMPLATED),
        ("kubernetes:apps/v1:DeploymentPatch", TEMPLATED),
        ("kubernetes:apps/v1:DaemonSet", TEMPLATED),
        ("kubernetes:extensions/v1beta1:DaemonSet", TEMPLATED),
        ("kubernetes:apps/v1:ReplicaSet", TEMPLATED),
        ("kubernetes:extensions/v1beta1:ReplicaSet", TEMPLATED),
        ("kubernetes:apps/v1:StatefulSet", TEMPLATED),
        (JOB, TEMPLATED),
        (CRON_JOB, {"spec": {"jobTemplate": TEMPLATED}}),
        ("kubernetes:batch/v1beta1:CronJob", {"spec": {"jobTemplate": TEMPLATED}}),
        (ROLLOUT, TEMPLATED),
        ("kubernetes:argoproj.io/v1alpha1:AnalysisRun", MEASURED),
        ("kubernetes:argoproj.io/v1alpha1:AnalysisTemplate", MEASURED),
        ("kubernetes:argoproj.io/v1alpha1:ClusterAnalysisTemplate", MEASURED),
        (
            "kubernetes:argoproj.io/v1alpha1:Experiment",
            {"spec": {"templates": [{"name": "a", "template": {"spec": pod()}}]}},
        ),
        ("kubernetes:apps/v1:DeploymentList", {"items": [TEMPLATED]}),
    ],
)
def test_a_pod_is_found_wherever_it_is_declared(resource_type: str, props: Object) -> None:
    assert [one["containers"][0]["name"] for one in workloads.pods(resource_type, props)] == ["server"]


def test_a_job_that_measures_a_canary_is_held_to_the_rules() -> None:
    job: Object = {"containers": [{"name": "m", "image": "m:latest", "securityContext": {"privileged": True}}]}
    measured = {"spec": {"metrics": [{"provider": {"job": {"spec": {"template": {"spec": job}}}}}]}}
    said = [message for rule in RULES for message in violations(rule, measured, MEASUREMENT)]
    assert "container 'm' uses 'm:latest', which has no digest: a tag may mean something else tomorrow" in said
    assert "container 'm' sets securityContext.privileged: true" in said


def test_a_measurement_that_is_not_known_yet_does_not_hide_the_one_beside_it() -> None:
    measured = {"spec": {"metrics": [{"provider": UNKNOWN}, {"provider": {"job": TEMPLATED}}]}}
    privileged = put("spec", "metrics", 1, "provider", "job", "spec", "template", "spec", "hostNetwork", value=True)
    measured = copy.deepcopy(measured)
    privileged(measured)
    said, unknown = judge(forbid_host_access, measured, MEASUREMENT)
    assert said == ["the pod sets hostNetwork: true, and must not"]
    assert unknown


def test_a_rollout_that_refers_to_a_deployment_declares_no_pod() -> None:
    assert not list(workloads.pods(ROLLOUT, {"spec": {"workloadRef": {"kind": "Deployment", "name": "app"}}}))


def test_containers_of_every_list_are_found() -> None:
    spec = pod(put("initContainers", value=[{"name": "first"}]), put("ephemeralContainers", value=[{"name": "debug"}]))
    found = [str(one) for one in workloads.containers(POD, {"spec": spec})]
    assert found == ["container 'server'", "container 'first'", "container 'debug'"]


def test_only_what_stays_up_is_long_running() -> None:
    spec = pod(put("initContainers", value=[{"name": "first"}, {"name": "side-car", "restartPolicy": "Always"}]))
    found = [one.props["name"] for one in workloads.long_running(POD, {"spec": spec})]
    assert found == ["server", "side-car"]


def test_a_containers_own_security_goes_before_its_pods() -> None:
    spec = pod(put("containers", 0, "securityContext", "runAsUser", value=20000.0))
    (container,) = workloads.containers(POD, {"spec": spec})
    assert container.security("runAsUser") == 20000
    assert container.security("runAsGroup") == 10001
