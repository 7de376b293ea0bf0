from tests.infra import stacks
from tests.infra.platform.foundation.aws.documents import statement


def test_aws_writes_where_its_logs_belong_and_for_this_account_alone() -> None:
    policy = stacks.platform("prod").one("BucketPolicy", "logs-policy")
    arn = "arn:aws:s3:::slipway-prod-logs-444455556666"
    for sid, service, resource in (
        ("AccessLogs", "logging.s3.amazonaws.com", f"{arn}/s3/*"),
        ("Delivery", "delivery.logs.amazonaws.com", [f"{arn}/nlb/*", f"{arn}/flows/*"]),
    ):
        found = statement(policy, sid)
        assert found["Principal"] == {"Service": service}
        assert found["Resource"] == resource
        assert found["Action"] == "s3:PutObject"
        assert found["Condition"] == {"StringEquals": {"aws:SourceAccount": "444455556666"}}


def test_it_encrypts_as_s3_can_deliver_to() -> None:
    (rule,) = stacks.platform("prod").one("BucketServerSideEncryptionConfiguration", "logs-encryption")["rules"]
    assert rule["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "AES256"}


def test_logs_are_forgotten_when_the_stack_says() -> None:
    (rule,) = stacks.platform("staging").one("BucketLifecycleConfiguration", "logs-lifecycle")["rules"]
    assert rule["expiration"] == {"days": 30}


def test_whoever_writes_waits_until_it_may() -> None:
    assert "BucketPolicy logs-policy" in stacks.platform("prod").resource("FlowLog").dependencies
    assert "BucketPolicy logs-policy" in stacks.platform("prod").resource("BucketLogging").dependencies
