import pytest

from policies.rules.aws.require_bucket_versioning import require_bucket_versioning as rule
from tests.policies.compliant import told
from tests.policies.judging import Change, put


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (None, "bucket 'bucket' has the versioning []: give it one BucketVersioning with status Enabled"),
        (put("versioningConfiguration", "status", value="Suspended"), "has the versioning ['Suspended']"),
        (put("versioningConfiguration", value={}), "has the versioning [None]"),
    ],
)
def test_one_thing_wrong_is_named(change: Change | None, message: str) -> None:
    (said,) = told(rule, versioning=change)
    assert message in said
