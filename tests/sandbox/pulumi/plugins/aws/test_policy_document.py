"""Two policies are equal when they mean the same."""

import json
from typing import Any

import pytest

from sandbox.pulumi.plugins.aws.policy_document import equivalent

STATEMENT = {
    "Effect": "Allow",
    "Principal": {"AWS": ["a", "b"]},
    "Action": ["s3:GetObject", "s3:PutObject"],
    "Resource": "r",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def document(*statements: Any) -> Any:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.mark.parametrize(
    "change",
    [
        {"Action": ["s3:PutObject", "s3:GetObject"]},
        {"Principal": {"AWS": ["b", "a"]}},
        {"Resource": ["r"]},
        {"Condition": {"Bool": {"aws:SecureTransport": ["false"]}}},
        {"Condition": {"Bool": {"aws:SecureTransport": False}}},
    ],
)
def test_order_and_lists_of_one_mean_nothing(change: Any) -> None:
    assert equivalent(document(STATEMENT), document({**STATEMENT, **change}))


@pytest.mark.parametrize(
    "change",
    [
        {"Action": ["s3:GetObject"]},
        {"Principal": "*"},
        {"Effect": "Deny"},
        {"Resource": "other"},
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Sid": "named"},
    ],
)
def test_everything_else_means_something(change: Any) -> None:
    assert not equivalent(document(STATEMENT), document({**STATEMENT, **change}))


def test_statements_may_stand_in_any_order_and_one_may_stand_alone() -> None:
    other = {**STATEMENT, "Sid": "other"}
    assert equivalent(document(STATEMENT, other), document(other, STATEMENT))
    assert equivalent(document(STATEMENT), json.dumps({"Version": "2012-10-17", "Statement": STATEMENT}))


def test_everyone_may_be_written_in_two_ways() -> None:
    one, other = {**STATEMENT, "Principal": "*"}, {**STATEMENT, "Principal": {"AWS": "*"}}
    assert equivalent(document(one), document(other))


def test_text_that_is_no_policy_equals_only_itself() -> None:
    assert equivalent("{", "{")
    assert not equivalent("{", document(STATEMENT))
    assert not equivalent('"text"', document(STATEMENT))
