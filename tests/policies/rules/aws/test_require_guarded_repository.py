import pytest

from policies.rules.aws.require_guarded_repository import require_guarded_repository as rule
from tests.policies.compliant import told
from tests.policies.judging import Change, drop, put


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (drop("imageTagMutability"), "a tag may become another image"),
        (put("imageTagMutability", value="MUTABLE"), "is 'MUTABLE'"),
        (put("imageScanningConfiguration", "scanOnPush", value=False), "aren't looked at"),
        (drop("encryptionConfigurations"), "are []"),
        (put("encryptionConfigurations", value=[{"encryptionType": "AES256"}]), "are ['AES256']"),
    ],
)
def test_one_thing_wrong_is_named(change: Change, message: str) -> None:
    (said,) = told(rule, repository=change)
    assert message in said
