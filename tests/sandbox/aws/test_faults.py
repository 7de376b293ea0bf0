"""Faults come when their rules say, in each service's own words, and every time the same."""

import json
import urllib.error
from collections.abc import Callable, Generator
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError

from sandbox.aws.accounts import key_of
from tests.sandbox.aws.accounts import Account, Refusal
from tests.sandbox.aws.running import Running, control

Ask = Callable[[Any], object]
ASKED: dict[str, Ask] = {
    "ec2": lambda ec2: ec2.describe_vpcs(),
    "iam": lambda iam: iam.list_roles(),
    "s3": lambda s3: s3.list_buckets(),
    "kms": lambda kms: kms.list_keys(),
    "eks": lambda eks: eks.list_clusters(),
}
CODES: dict[str, dict[str, tuple[str, int]]] = {
    "denied": {
        "ec2": ("UnauthorizedOperation", 403),
        "iam": ("AccessDenied", 403),
        "s3": ("AccessDenied", 403),
        "kms": ("AccessDeniedException", 400),
        "eks": ("AccessDeniedException", 403),
    },
    "expired": {
        "ec2": ("RequestExpired", 400),
        "iam": ("ExpiredToken", 403),
        "s3": ("ExpiredToken", 400),
        "kms": ("ExpiredTokenException", 400),
        "eks": ("ExpiredTokenException", 403),
    },
    "throttled": {
        "ec2": ("RequestLimitExceeded", 503),
        "iam": ("Throttling", 400),
        "s3": ("SlowDown", 503),
        "kms": ("ThrottlingException", 400),
        "eks": ("ThrottlingException", 429),
    },
}


class Faults:
    """The faults of an account's calls, on the server that tests share."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def set(self, *rules: dict[str, Any]) -> None:
        control(self._account.server.url, "PUT", "faults", [{"account": self._account.number, **one} for one in rules])

    def met(self) -> list[int]:
        return [one["met"] for one in control(self._account.server.url, "GET", "faults")]

    def calls(self) -> list[tuple[str, str]]:
        found = control(self._account.server.url, "GET", "calls")
        return [(one["operation"], one["fault"]) for one in found if one["account"] == self._account.number]


@pytest.fixture
def faults(account: Account) -> Generator[Faults]:
    yield Faults(account)
    control(account.server.url, "PUT", "faults", [])


@pytest.mark.parametrize("service", ASKED)
@pytest.mark.parametrize("kind", CODES)
def test_each_service_says_it_in_its_own_words(account: Account, faults: Faults, kind: str, service: str) -> None:
    faults.set({"kind": kind, "service": service, "message": "not now"})
    code, status = CODES[kind][service]
    with Refusal(code) as refusal:
        ASKED[service](account.client(service))
    assert (refusal.message, refusal.status) == ("not now", status)
    ASKED[service](account.client(service))  # once is once
    assert faults.met() == [1]


def test_a_client_that_asks_again_gets_through(account: Account, faults: Faults) -> None:
    faults.set({"kind": "throttled", "service": "ec2", "operation": "DescribeVpcs", "times": 2})
    account.client("ec2", attempts=3).describe_vpcs()
    assert faults.calls() == [("DescribeVpcs", "throttled"), ("DescribeVpcs", "throttled"), ("DescribeVpcs", "")]


def test_a_lost_answer_is_one_of_a_deed_that_was_done(account: Account, faults: Faults) -> None:
    iam = account.client("iam")
    faults.set({"kind": "lost", "operation": "CreateRole"})
    with pytest.raises(ConnectionClosedError):
        iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}")
    assert iam.get_role(RoleName="r")["Role"]["RoleName"] == "r"
    # A client that asks again by itself hears that it is there: it can't know that it made it.
    faults.set({"kind": "lost", "operation": "CreateRole"})
    with Refusal("EntityAlreadyExists"):
        account.client("iam", attempts=3).create_role(RoleName="s", AssumeRolePolicyDocument="{}")


def test_a_lost_answer_is_lost_where_bodies_are_sent_too(account: Account, faults: Faults) -> None:
    s3 = account.client("s3")
    name = f"bucket-{account.number}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    faults.set({"kind": "lost", "operation": "PutObject"}, {"kind": "lost", "operation": "GetObject"})
    with pytest.raises(ConnectionClosedError):
        s3.put_object(Bucket=name, Key="a", Body=b"a")
    with pytest.raises(ConnectionClosedError):
        s3.get_object(Bucket=name, Key="a")
    assert s3.get_object(Bucket=name, Key="a")["Body"].read() == b"a"


def test_what_it_is_about_and_how_many_go_before(account: Account, faults: Faults) -> None:
    iam = account.client("iam")
    faults.set(
        {"kind": "refused", "operation": "Create*", "about": "second", "code": "LimitExceeded", "status": 409},
        {"kind": "denied", "operation": "ListRoles", "skip": 1},
    )
    iam.create_role(RoleName="first", AssumeRolePolicyDocument="{}")
    with Refusal("LimitExceeded") as refusal:
        iam.create_role(RoleName="second", AssumeRolePolicyDocument="{}")
    assert refusal.status == 409
    assert [one["RoleName"] for one in iam.list_roles()["Roles"]] == ["first"]
    with Refusal("AccessDenied"):
        iam.list_roles()
    assert faults.met() == [1, 1]


def test_a_slow_call_is_done(account: Account, faults: Faults) -> None:
    faults.set({"kind": "slow", "operation": "CreateRole", "seconds": 0.01})
    assert account.role()
    assert faults.met() == [1]


def test_calls_are_forgotten_when_told(account: Account, faults: Faults) -> None:
    account.role()
    assert ("CreateRole", "") in faults.calls()
    control(account.server.url, "DELETE", "calls")
    assert faults.calls() == []


@pytest.mark.parametrize(
    ("method", "path", "content", "says"),
    [
        ("PUT", "faults", [{"kind": "plague"}], "no rule for faults"),
        ("PUT", "faults", [{"kind": "lost", "when": "now"}], "no rule for faults"),
        ("PUT", "faults", 1, "no rule for faults"),
        ("GET", "nothing", None, "there is no GET /_sandbox/nothing"),
    ],
)
def test_what_is_no_rule_is_said(aws: Running, method: str, path: str, content: object, says: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        control(aws.url, method, path, content)
    assert says in json.loads(caught.value.read())["error"]


def test_they_are_off_unless_the_server_is_told(start: Callable[[], Running]) -> None:
    server = start()
    for method in ("PUT", "GET"):
        with pytest.raises(urllib.error.HTTPError, match="403") as caught:
            control(server.url, method, "faults", 1)
        caught.value.close()
    server.client("sts", key_of("111122223333", "TEST")).get_caller_identity()
