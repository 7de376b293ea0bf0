import pytest

from policies.rules.aws.require_log_retention import require_log_retention as rule
from tests.policies.compliant import told
from tests.policies.judging import Change, drop, put


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (drop("retentionInDays"), "keeps logs for ever"),
        (put("retentionInDays", value=0.0), "keeps logs for ever"),
        (drop("kmsKeyId"), "no key of yours"),
    ],
)
def test_one_thing_wrong_is_named(change: Change, message: str) -> None:
    (said,) = told(rule, logs=change)
    assert message in said
