import json

import pytest

from policies.rules.aws.require_bucket_tls import require_bucket_tls as rule
from tests.policies.compliant import policy, told
from tests.policies.judging import Change, put

MESSAGE = "bucket 'bucket' has no BucketPolicy that denies s3:* on it and its objects to everyone"


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []


@pytest.mark.parametrize(
    "change",
    [
        None,
        put("policy", value="no JSON"),
        put("policy", value="[]"),
        put("policy", value=json.dumps({"Statement": []})),
        put("policy", value=policy(Effect="Allow")),
        put("policy", value=policy(Principal={"AWS": "arn:aws:iam::1:root"})),
        put("policy", value=policy(Action="s3:GetObject")),
        put("policy", value=policy(Resource="arn:aws:s3:::models/*")),
        put("policy", value=policy(Resource="arn:aws:s3:::models")),
        put("policy", value=policy(Condition={})),
        put("policy", value=policy(Condition={"Bool": {"aws:SecureTransport": "true"}})),
        put(
            "policy",
            value=policy(
                Condition={"Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:PrincipalTag/a": "b"}}
            ),
        ),
    ],
)
def test_one_thing_wrong_is_named(change: Change | None) -> None:
    (said,) = told(rule, policy=change)
    assert MESSAGE in said


@pytest.mark.parametrize(
    "value",
    [
        policy(Principal={"AWS": "*"}),
        policy(Action=["s3:*"]),
        policy(Action="*"),
        policy(Condition={"Bool": {"aws:SecureTransport": ["false"]}}),
        json.dumps({"Statement": json.loads(policy())["Statement"][0]}),
        json.loads(policy()),
    ],
)
def test_a_policy_may_be_written_in_other_ways(value: object) -> None:
    assert told(rule, policy=put("policy", value=value)) == []
