import pytest

from policies.rules.aws.require_cluster_encryption import require_cluster_encryption as rule
from tests.policies.compliant import told
from tests.policies.judging import Change, drop, put


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (drop("encryptionConfig"), "no key of yours"),
        (put("encryptionConfig", "resources", value=[]), "no key of yours"),
        (drop("encryptionConfig", "provider"), "no key of yours"),
    ],
)
def test_one_thing_wrong_is_named(change: Change, message: str) -> None:
    (said,) = told(rule, cluster=change)
    assert message in said
