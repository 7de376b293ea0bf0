import pytest

from policies.rules.kubernetes.require_probes import require_probes as rule
from tests.policies.judging import JOB, Change, deployment, drop, put, violations


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
    ],
)
def test_one_thing_wrong_is_named(change: Change, message: str) -> None:
    (said,) = violations(rule, deployment(change))
    assert message in said


def test_what_loads_no_model_needs_no_startup_probe() -> None:
    assert violations(rule, deployment(drop("containers", 0, "startupProbe"), drop("containers", 0, "env"))) == []


def test_what_runs_to_its_end_needs_no_probe() -> None:
    job = deployment(put("restartPolicy", value="Never"), put("containers", value=[{"name": "once"}]))
    assert violations(rule, job, JOB) == []
    assert violations(rule, deployment(put("initContainers", value=[{"name": "first"}]))) == []
