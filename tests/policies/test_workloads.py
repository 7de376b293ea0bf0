import pytest

from policies import workloads
from tests.policies.judging import DEPLOYMENT, JOB, POD, ROLLOUT, Object, pod, put

CRON_JOB = "kubernetes:batch/v1:CronJob"
TEMPLATE = "kubernetes:core/v1:PodTemplate"


@pytest.mark.parametrize(
    ("resource_type", "props"),
    [
        (POD, {"spec": pod()}),
        (TEMPLATE, {"template": {"spec": pod()}}),
        (DEPLOYMENT, {"spec": {"template": {"spec": pod()}}}),
        ("kubernetes:apps/v1:DeploymentPatch", {"spec": {"template": {"spec": pod()}}}),
        (JOB, {"spec": {"template": {"spec": pod()}}}),
        (ROLLOUT, {"spec": {"template": {"spec": pod()}}}),
        ("kubernetes:example.com/v1:Thing", {"spec": {"template": {"spec": pod()}}}),
        (CRON_JOB, {"spec": {"jobTemplate": {"spec": {"template": {"spec": pod()}}}}}),
        ("kubernetes:apps/v1:DeploymentList", {"items": [{"spec": {"template": {"spec": pod()}}}]}),
    ],
)
def test_a_pod_is_found_wherever_it_is_declared(resource_type: str, props: Object) -> None:
    assert [one["containers"][0]["name"] for one in workloads.pods(resource_type, props)] == ["server"]


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
