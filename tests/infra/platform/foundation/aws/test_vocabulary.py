import pytest
from pydantic import TypeAdapter, ValidationError

from infra.platform.foundation.aws import vocabulary


@pytest.mark.parametrize("region", ["eu-central-1", "us-east-2", "ap-southeast-4", "il-central-1", "mx-central-1"])
def test_regions_of_the_commercial_partition_are_accepted(region: str) -> None:
    assert TypeAdapter(vocabulary.Region).validate_python(region) == region


@pytest.mark.parametrize("region", ["us-gov-west-1", "cn-northwest-1", "eu-isoe-west-1", "eu-central-1a", "Frankfurt"])
def test_others_are_not(region: str) -> None:
    with pytest.raises(ValidationError, match="is no region"):
        TypeAdapter(vocabulary.Region).validate_python(region)


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::111122223333:role/Ops",
        "arn:aws:iam::111122223333:user/me@example.com",
        "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_Ops_1a2b",
    ],
)
def test_roles_and_users_are_principals(arn: str) -> None:
    assert TypeAdapter(vocabulary.Principal).validate_python(arn) == arn


@pytest.mark.parametrize("arn", ["arn:aws:iam::111122223333:role/*", "arn:aws:iam::aws:role/Ops", "*"])
def test_nobody_in_particular_is_none(arn: str) -> None:
    with pytest.raises(ValidationError, match="is no role or user of IAM"):
        TypeAdapter(vocabulary.Principal).validate_python(arn)


@pytest.mark.parametrize("name", ["xn--models", "ab", "-models", "models-", "a.b.c", "m" * 64])
def test_names_that_s3_refuses_or_tls_does_not_cover_are_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="is no bucket"):
        TypeAdapter(vocabulary.BucketName).validate_python(name)
