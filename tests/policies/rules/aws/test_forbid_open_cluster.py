import pytest

from policies.rules.aws.forbid_open_cluster import forbid_open_cluster as rule
from tests.policies.compliant import told
from tests.policies.judging import Change, drop, put


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (drop("vpcConfig", "endpointPrivateAccess"), "no private endpoint"),
        (drop("vpcConfig", "endpointPublicAccess"), "open to the world: set vpcConfig.endpointPublicAccess"),
        (put("vpcConfig", "endpointPublicAccess", value=True), "open to the world"),
        (
            put("vpcConfig", value={"endpointPrivateAccess": True, "publicAccessCidrs": ["0.0.0.0/0"]}),
            "open to '0.0.0.0/0'",
        ),
        (
            put("vpcConfig", value={"endpointPrivateAccess": True, "publicAccessCidrs": ["203.0.113.0/28", "::/0"]}),
            "open to '::/0'",
        ),
    ],
)
def test_one_thing_wrong_is_named(change: Change, message: str) -> None:
    (said,) = told(rule, cluster=change)
    assert message in said


def test_networks_that_are_named_may_reach_it() -> None:
    open_to = {"endpointPrivateAccess": True, "endpointPublicAccess": True, "publicAccessCidrs": ["203.0.113.0/28"]}
    assert told(rule, cluster=put("vpcConfig", value=open_to)) == []
