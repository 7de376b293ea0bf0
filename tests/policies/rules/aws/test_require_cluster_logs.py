import pytest

from policies.rules.aws.require_cluster_logs import require_cluster_logs as rule
from tests.policies.compliant import told
from tests.policies.judging import Change, drop, put


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (drop("enabledClusterLogTypes"), "doesn't log api, audit, authenticator, controllerManager, scheduler"),
        (
            put("enabledClusterLogTypes", value=["api", "authenticator", "controllerManager", "scheduler"]),
            "doesn't log audit: add",
        ),
    ],
)
def test_one_thing_wrong_is_named(change: Change, message: str) -> None:
    (said,) = told(rule, cluster=change)
    assert message in said
