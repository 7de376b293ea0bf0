import pytest

from policies.rules.kubernetes.forbid_privilege import forbid_privilege as rule
from tests.policies.judging import Change, deployment, drop, put, violations


def test_the_compliant_pod_is_accepted() -> None:
    assert violations(rule, deployment()) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            put("containers", 0, "securityContext", "privileged", value=True),
            "container 'server' sets securityContext.privileged: true",
        ),
        (
            drop("containers", 0, "securityContext", "allowPrivilegeEscalation"),
            "has no securityContext.allowPrivilegeEscalation: false",
        ),
        (
            put("containers", 0, "securityContext", "allowPrivilegeEscalation", value=True),
            "has no securityContext.allowPrivilegeEscalation",
        ),
        (
            put("containers", 0, "securityContext", "capabilities", "drop", value=["NET_RAW"]),
            "drops the capabilities ['NET_RAW'], and must",
        ),
        (drop("containers", 0, "securityContext", "capabilities"), "drops the capabilities [], and must drop ALL"),
        (
            put("containers", 0, "securityContext", "capabilities", "add", value=["SYS_ADMIN"]),
            "adds the capability 'SYS_ADMIN'; only",
        ),
    ],
)
def test_one_thing_wrong_is_named(change: Change, message: str) -> None:
    (said,) = violations(rule, deployment(change))
    assert message in said


def test_binding_a_low_port_is_allowed() -> None:
    change = put("containers", 0, "securityContext", "capabilities", "add", value=["NET_BIND_SERVICE"])
    assert violations(rule, deployment(change)) == []
