"""Each service that later stacks need: what was made in it is there after the server was killed."""

import json
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from sandbox.aws import services
from tests.sandbox.aws.running import Running

OWN = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [OWN]})
BUDGET = {"BudgetName": "b", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": {"Amount": "1", "Unit": "USD"}}
ROLE = "arn:aws:iam::123456789012:role/r"
CONFIGURATION = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


@dataclass(frozen=True)
class Contract:
    """A call that makes something in a service, and one that reads it back.

    Attributes:
        service: by moto's name.
        make: the operation and its arguments.
        read: likewise; the answer is compared before and after.
        client: botocore's name of the service, if it is another.
    """

    service: str
    make: tuple[str, dict[str, Any]]
    read: tuple[str, dict[str, Any]]
    client: str = ""

    def call(self, server: Running, what: tuple[str, dict[str, Any]]) -> dict[str, Any]:
        client = server.client(self.client or self.service)
        if self.service == "s3control":  # which puts the account before the host's name
            client.meta.events.register("before-sign", partial(_at, server))
        answer: dict[str, Any] = getattr(client, what[0])(**what[1])
        answer.pop("ResponseMetadata")
        return answer


CONTRACTS = (
    Contract("acm", ("request_certificate", {"DomainName": "example.org"}), ("list_certificates", {})),
    Contract("amp", ("create_workspace", {"alias": "w"}), ("list_workspaces", {})),
    Contract(
        "budgets",
        ("create_budget", {"AccountId": "123456789012", "Budget": BUDGET}),
        ("describe_budgets", {"AccountId": "123456789012"}),
    ),
    Contract(
        "cloudwatch",
        (
            "put_metric_alarm",
            {
                "AlarmName": "a",
                "MetricName": "m",
                "Namespace": "n",
                "Period": 60,
                "EvaluationPeriods": 1,
                "Statistic": "Sum",
                "Threshold": 1,
                "ComparisonOperator": "GreaterThanThreshold",
            },
        ),
        ("describe_alarms", {}),
    ),
    Contract("ec2", ("create_key_pair", {"KeyName": "k"}), ("describe_vpcs", {})),
    Contract("ecr", ("create_repository", {"repositoryName": "repository"}), ("describe_repositories", {})),
    Contract("iam", ("create_role", {"RoleName": "r", "AssumeRolePolicyDocument": TRUST}), ("list_roles", {})),
    Contract("kms", ("create_key", {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}), ("list_keys", {})),
    Contract("logs", ("create_log_group", {"logGroupName": "g"}), ("describe_log_groups", {})),
    Contract(
        "route53", ("create_hosted_zone", {"Name": "example.org", "CallerReference": "c"}), ("list_hosted_zones", {})
    ),
    Contract(
        "s3",
        ("create_bucket", {"Bucket": "one", "CreateBucketConfiguration": {"LocationConstraint": "eu-central-1"}}),
        ("list_buckets", {}),
    ),
    Contract(
        "s3control",
        ("put_public_access_block", {"AccountId": "123456789012", "PublicAccessBlockConfiguration": CONFIGURATION}),
        ("get_public_access_block", {"AccountId": "123456789012"}),
    ),
    Contract("sns", ("create_topic", {"Name": "t"}), ("list_topics", {})),
    Contract(
        "sqs",
        ("create_queue", {"QueueName": "q"}),
        ("get_queue_attributes", {"QueueUrl": "q", "AttributeNames": ["All"]}),
    ),
    # Nothing tells what STS holds.
    Contract("sts", ("assume_role", {"RoleArn": ROLE, "RoleSessionName": "session"}), ("get_caller_identity", {})),
)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Generator[dict[str, tuple[Any, Any]]]:
    """What each service said before the server was killed, and after."""
    data = tmp_path_factory.mktemp("aws") / "data"
    with ExitStack() as ends:
        first = ends.enter_context(Running(data))
        before: dict[str, Any] = {}
        for one in CONTRACTS:
            one.call(first, one.make)
        for one in CONTRACTS:
            before[one.service] = one.call(first, one.read)
        first.kill()
        second = ends.enter_context(Running(data))
        yield {one.service: (before[one.service], one.call(second, one.read)) for one in CONTRACTS}


@pytest.mark.parametrize("service", [one for one in services.SERVICES if one != "eks"])  # that one is all our own
def test_what_was_made_is_there_after_a_kill(answers: dict[str, tuple[Any, Any]], service: str) -> None:
    before, after = answers[service]
    assert before
    assert after == before


def _at(server: Running, request: Any, **_: Any) -> None:
    request.url = request.url.replace("://123456789012.", "://")
    assert request.url.startswith(server.url)
