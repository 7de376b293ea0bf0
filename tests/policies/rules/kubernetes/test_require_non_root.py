import pytest

from policies.rules.kubernetes.require_non_root import require_non_root as rule
from tests.policies.judging import Change, deployment, drop, put, violations


def test_the_compliant_pod_is_accepted() -> None:
    assert violations(rule, deployment()) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (drop("securityContext", "runAsNonRoot"), "container 'server' has no securityContext.runAsNonRoot: true"),
        (
            put("containers", 0, "securityContext", "runAsNonRoot", value=False),
            "has no securityContext.runAsNonRoot: true",
        ),
        (
            put("securityContext", "runAsUser", value=1000.0),
            "has securityContext.runAsUser 1000: set it to 10000 or above",
        ),
        (put("securityContext", "runAsGroup", value=0.0), "has securityContext.runAsGroup 0: set it to 10000 or above"),
        (put("containers", 0, "securityContext", "runAsUser", value=0.0), "has securityContext.runAsUser 0"),
        (drop("securityContext", "runAsUser"), "has no securityContext.runAsUser: set it to 10000 or above"),
    ],
)
def test_one_thing_wrong_is_named(change: Change, message: str) -> None:
    (said,) = violations(rule, deployment(change))
    assert message in said


def test_a_container_may_say_it_itself() -> None:
    own = {"runAsNonRoot": True, "runAsUser": 10001.0, "runAsGroup": 10001.0}
    change = put("containers", 0, "securityContext", value=own)
    assert violations(rule, deployment(drop("securityContext"), change)) == []
