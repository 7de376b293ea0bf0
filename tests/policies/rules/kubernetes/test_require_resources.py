import pytest

from policies.rules.kubernetes.require_resources import require_resources as rule
from tests.policies.judging import Change, deployment, drop, put, violations


def test_the_compliant_pod_is_accepted() -> None:
    assert violations(rule, deployment()) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (drop("containers", 0, "resources", "requests", "cpu"), "container 'server' has no resources.requests.cpu"),
        (drop("containers", 0, "resources", "requests", "memory"), "has no resources.requests.memory"),
        (drop("containers", 0, "resources", "limits", "cpu"), "has no resources.limits.cpu"),
        (drop("containers", 0, "resources", "limits", "memory"), "has no resources.limits.memory"),
    ],
)
def test_one_thing_wrong_is_named(change: Change, message: str) -> None:
    (said,) = violations(rule, deployment(change))
    assert message in said


def test_a_container_without_any_is_told_all_of_it() -> None:
    assert len(violations(rule, deployment(drop("containers", 0, "resources")))) == 4


def test_ephemeral_containers_can_have_none() -> None:
    assert violations(rule, deployment(put("ephemeralContainers", value=[{"name": "debug"}]))) == []
