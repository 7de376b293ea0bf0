"""An access key says whose it is, as AWS's own do, and accounts see nothing of one another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.aws import accounts
from tests.sandbox.aws.accounts import Account, Refusal


@given(st.integers(0, 10**12 - 1))
def test_a_key_carries_its_account(number: int) -> None:
    account = f"{number:012}"
    key = accounts.key_of(account, "TEST")
    assert accounts.KEY.fullmatch(key)
    assert accounts.of_key(key) == account


def test_it_is_read_from_the_keys_that_aws_gives() -> None:
    # Published by AWS as an example, and by those who found out how it is written.
    assert accounts.of_key("ASIAQNZGKIQY56JQ7WML") == "029608264753"


@pytest.mark.parametrize("key", ["test", "sandbox", "", "AKIA7777777777777777", "akiaqnzgkiqy56jq7wml"])
def test_a_key_of_another_form_belongs_to_one_account(key: str) -> None:
    assert accounts.of_key(key) == "123456789012"


def test_the_caller_is_told_whose_account_it_is(account: Account) -> None:
    assert account.client("sts").get_caller_identity()["Account"] == account.number
    assert account.number in account.role()


def test_temporary_credentials_belong_to_the_account_of_their_role(account: Account) -> None:
    role = account.trusting("role", {"Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"})
    got = account.server.client("sts").assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    told = account.server.client("sts", got["AccessKeyId"]).get_caller_identity()
    assert told["Account"] == account.number
    assert told["Arn"] == f"arn:aws:sts::{account.number}:assumed-role/role/session"


def test_an_account_sees_nothing_of_another_and_has_no_right_to_its_buckets(account: Account) -> None:
    other = Account(account.server, "100000000000")
    name = f"bucket-{account.number}"
    account.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    account.role()
    account.client("s3").put_object(Bucket=name, Key="a", Body=b"a")
    assert account.client("s3").get_object(Bucket=name, Key="a")["Body"].read() == b"a"
    assert name not in [one["Name"] for one in other.client("s3").list_buckets()["Buckets"]]
    with Refusal("AccessDenied"):
        other.client("s3").get_object(Bucket=name, Key="a")
    with Refusal("NoSuchEntity"):
        other.client("iam").get_role(RoleName="role")
    # Names of buckets are the world's.
    with Refusal("BucketAlreadyExists"):
        other.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
