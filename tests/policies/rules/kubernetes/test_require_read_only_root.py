import pytest

from policies.rules.kubernetes.require_read_only_root import require_read_only_root as rule
from tests.policies.judging import Change, deployment, drop, put, violations


def test_the_compliant_pod_is_accepted() -> None:
    assert violations(rule, deployment()) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            drop("containers", 0, "securityContext", "readOnlyRootFilesystem"),
            "container 'server' has no securityContext.readOnlyRootFilesystem",
        ),
        (put("containers", 0, "securityContext", "readOnlyRootFilesystem", value=False), "container 'server' has no"),
        (drop("containers", 0, "securityContext"), "container 'server' has no"),
    ],
)
def test_one_thing_wrong_is_named(change: Change, message: str) -> None:
    (said,) = violations(rule, deployment(change))
    assert message in said
