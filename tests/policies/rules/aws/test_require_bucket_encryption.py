import pytest

from policies.rules.aws.require_bucket_encryption import require_bucket_encryption as rule
from tests.policies.compliant import told
from tests.policies.judging import Change, put

ALGORITHM = ("rules", 0, "applyServerSideEncryptionByDefault", "sseAlgorithm")


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []
    assert told(rule, encryption=put(*ALGORITHM, value="aws:kms")) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (None, "bucket 'bucket' has the encryption []: give it a BucketServerSideEncryptionConfiguration with"),
        (put(*ALGORITHM, value="ROT13"), "has the encryption ['ROT13']"),
        (put("rules", value=[]), "has the encryption []"),
    ],
)
def test_one_thing_wrong_is_named(change: Change | None, message: str) -> None:
    (said,) = told(rule, encryption=change)
    assert message in said
