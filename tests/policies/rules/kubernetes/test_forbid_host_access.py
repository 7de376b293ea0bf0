import pytest

from policies.rules.kubernetes.forbid_host_access import forbid_host_access as rule
from tests.policies.judging import Change, deployment, put, violations

LISTENING = {"name": "side-car", "ports": [{"containerPort": 8000.0}, {"containerPort": 8080.0, "hostPort": 80.0}]}


def test_the_compliant_pod_is_accepted() -> None:
    assert violations(rule, deployment()) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put("hostNetwork", value=True), "the pod sets hostNetwork: true, and must not"),
        (put("hostPID", value=True), "the pod sets hostPID: true"),
        (put("hostIPC", value=True), "the pod sets hostIPC: true"),
        (put("volumes", value=[{"name": "etc", "hostPath": {"path": "/etc"}}]), "volume 'etc' is the node's '/etc'"),
        (put("containers", 0, "ports", 0, "hostPort", value=80.0), "container 'server' takes hostPort 80"),
        (put("initContainers", value=[LISTENING]), "container 'side-car' takes hostPort 80"),
        (put("ephemeralContainers", value=[LISTENING]), "container 'side-car' takes hostPort 80"),
    ],
)
def test_one_thing_wrong_is_named(change: Change, message: str) -> None:
    (said,) = violations(rule, deployment(change))
    assert message in said
