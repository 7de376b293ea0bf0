import pytest

from policies.rules.aws.require_bucket_ownership import require_bucket_ownership as rule
from tests.policies.compliant import told
from tests.policies.judging import Change, Declared, put


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (None, "bucket 'bucket' has the object ownership []: give it one BucketOwnershipControls"),
        (put("rule", "objectOwnership", value="ObjectWriter"), "has the object ownership ['ObjectWriter']"),
    ],
)
def test_one_thing_wrong_is_named(change: Change | None, message: str) -> None:
    (said,) = told(rule, ownership=change)
    assert message in said


def test_an_access_control_list_is_named() -> None:
    (said,) = told(rule, Declared("aws:s3/bucketAcl:BucketAcl", "acl", {"bucket": "models", "acl": "private"}))
    assert said == "bucket 'bucket' has a BucketAcl: grant rights in its policy"
