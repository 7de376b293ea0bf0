import pytest

from policies.rules.kubernetes.require_seccomp import require_seccomp as rule
from tests.policies.judging import Change, deployment, drop, put, violations


def test_the_compliant_pod_is_accepted() -> None:
    assert violations(rule, deployment()) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (drop("securityContext", "seccompProfile"), "container 'server' has securityContext.seccompProfile.type None"),
        (
            put("securityContext", "seccompProfile", "type", value="Unconfined"),
            "type 'Unconfined': set it to RuntimeDefault",
        ),
        (put("containers", 0, "securityContext", "seccompProfile", value={"type": "Unconfined"}), "type 'Unconfined'"),
    ],
)
def test_one_thing_wrong_is_named(change: Change, message: str) -> None:
    (said,) = violations(rule, deployment(change))
    assert message in said
