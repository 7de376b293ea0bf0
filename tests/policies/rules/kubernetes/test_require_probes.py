import pytest

from policies.rules.kubernetes.require_probes import require_probes as rule
from tests.policies.judging import JOB, Change, Object, deployment, drop, put, violations


def test_the_compliant_pod_is_accepted() -> None:
    assert violations(rule, deployment()) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (drop("containers", 0, "readinessProbe"), "container 'server' has no readinessProbe"),
        (drop("containers", 0, "livenessProbe"), "container 'server' has no livenessProbe"),
        (drop("containers", 0, "startupProbe"), "container 'server' has no startupProbe"),
        (
            put("initContainers", value=[{"name": "proxy", "restartPolicy": "Always", "livenessProbe": {"a": 1}}]),
            "'proxy' has no",
        ),
        (
            put("containers", 0, "livenessProbe", "httpGet", "port", value="http"),
            "container 'server' has a livenessProbe that waits behind requests",
        ),
        (
            put("containers", 0, "readinessProbe", "httpGet", "port", value=8000.0),
            "container 'server' has a readinessProbe that waits behind requests",
        ),
    ],
)
def test_one_thing_wrong_is_named(change: Change, message: str) -> None:
    (said,) = violations(rule, deployment(change))
    assert message in said


def test_what_loads_no_model_needs_no_startup_probe() -> None:
    assert violations(rule, deployment(drop("containers", 0, "startupProbe"), drop("containers", 0, "env"))) == []


@pytest.mark.parametrize(
    "probe", [{"httpGet": {"path": "/livez", "port": 8001.0}}, {"exec": {"command": ["true"]}}, {"grpc": {"port": 9.0}}]
)
def test_a_model_server_may_be_asked_wherever_it_takes_no_requests(probe: Object) -> None:
    assert violations(rule, deployment(put("containers", 0, "livenessProbe", value=probe))) == []


def test_what_loads_no_model_may_be_asked_where_it_takes_requests() -> None:
    asked = put("containers", 0, "livenessProbe", "httpGet", "port", value="http")
    assert violations(rule, deployment(asked, drop("containers", 0, "env"))) == []


def test_what_runs_to_its_end_needs_no_probe() -> None:
    job = deployment(put("restartPolicy", value="Never"), put("containers", value=[{"name": "once"}]))
    assert violations(rule, job, JOB) == []
    assert violations(rule, deployment(put("initContainers", value=[{"name": "first"}]))) == []
