import pytest

from policies.rules.aws.forbid_force_destroy import forbid_force_destroy as rule
from tests.policies.compliant import told
from tests.policies.judging import put, violations


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []


@pytest.mark.parametrize(
    ("resource_type", "field"),
    [
        ("aws:s3/bucket:Bucket", "forceDestroy"),
        ("aws:s3/bucketV2:BucketV2", "forceDestroy"),
        ("aws:ecr/repository:Repository", "forceDelete"),
    ],
)
def test_one_thing_wrong_is_named(resource_type: str, field: str) -> None:
    (said,) = violations(rule, {field: True}, resource_type)
    assert f"it sets {field}: true" in said


def test_it_is_about_what_holds_something() -> None:
    assert violations(rule, {"forceDestroy": True}, "aws:iam/user:User") == []
    assert len(told(rule, bucket=put("forceDestroy", value=True))) == 1
