import pytest

from policies.rules.aws.require_private_bucket import require_private_bucket as rule
from tests.policies.compliant import stack, told
from tests.policies.judging import UNKNOWN, Change, drop, judge_stack, put


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (None, "bucket 'bucket' has no BucketPublicAccessBlock: give it one with blockPublicAcls,"),
        (drop("blockPublicAcls"), "has a BucketPublicAccessBlock without blockPublicAcls: set it to true"),
        (put("blockPublicPolicy", value=False), "without blockPublicPolicy"),
        (put("ignorePublicAcls", value=None), "without ignorePublicAcls"),
        (put("restrictPublicBuckets", value="true"), "without restrictPublicBuckets"),
    ],
)
def test_one_thing_wrong_is_named(change: Change | None, message: str) -> None:
    (said,) = told(rule, block=change)
    assert message in said


def test_a_way_that_is_not_known_yet_does_not_hide_one_that_is_open() -> None:
    def change(block: dict[str, object]) -> None:
        block.update(blockPublicAcls=UNKNOWN, restrictPublicBuckets=False)

    said, unknown = judge_stack(rule, stack(block=change))
    assert len(said) == 1
    assert unknown
