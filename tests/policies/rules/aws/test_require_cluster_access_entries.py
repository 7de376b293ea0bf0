import pytest

from policies.rules.aws.require_cluster_access_entries import require_cluster_access_entries as rule
from tests.policies.compliant import told
from tests.policies.judging import Change, drop, put


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put("accessConfig", "authenticationMode", value="CONFIG_MAP"), "by 'CONFIG_MAP'"),
        (
            put("accessConfig", "authenticationMode", value="API_AND_CONFIG_MAP"),
            "set accessConfig.authenticationMode to API",
        ),
        (drop("accessConfig", "bootstrapClusterCreatorAdminPermissions"), "administrator for good"),
        (put("accessConfig", "bootstrapClusterCreatorAdminPermissions", value=True), "administrator for good"),
    ],
)
def test_one_thing_wrong_is_named(change: Change, message: str) -> None:
    (said,) = told(rule, cluster=change)
    assert message in said
