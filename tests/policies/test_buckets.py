from policies.rules.aws.require_bucket_versioning import require_bucket_versioning as rule
from tests.policies.compliant import stack, told
from tests.policies.judging import UNKNOWN, Declared, drop, judge_stack, put

OTHER = Declared("aws:s3/bucketV2:BucketV2", "other", {"bucket": "other"})
VERSIONED = {"versioningConfiguration": {"status": "Enabled"}}


def test_what_stands_beside_another_bucket_is_not_this_ones() -> None:
    (said,) = told(rule, OTHER)
    assert said.startswith("bucket 'other' has the versioning []")


def test_a_bucket_that_has_no_id_yet_is_known_by_where_the_value_comes_from() -> None:
    said, unknown = judge_stack(rule, stack(bucket=drop("bucket"), versioning=put("bucket", value=UNKNOWN)))
    assert (said, unknown) == ([], None)


def test_a_bucket_that_is_named_is_known_by_its_name() -> None:
    named = Declared("aws:s3/bucketVersioningV2:BucketVersioningV2", "named", {"bucket": "other"} | VERSIONED)
    assert told(rule, OTHER, named) == []


def test_two_names_that_nobody_has_given_are_not_the_same() -> None:
    unnamed = Declared("aws:s3/bucketVersioning:BucketVersioning", "unnamed", VERSIONED)
    assert len(told(rule, unnamed, bucket=drop("bucket"), versioning=None)) == 1


def test_a_bucket_of_another_kind_of_storage_is_no_bucket() -> None:
    assert told(rule, Declared("gcp:storage/bucket:Bucket", "elsewhere", {})) == []
