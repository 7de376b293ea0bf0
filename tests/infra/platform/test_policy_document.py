import json

from tests.infra import stacks


def test_a_bucket_refuses_requests_without_tls_and_with_an_old_one() -> None:
    policy = json.loads(stacks.platform("prod").one("BucketPolicy", "models-policy")["policy"])
    assert policy["Version"] == "2012-10-17"
    plain, old = policy["Statement"]
    assert plain["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert old["Condition"] == {"NumericLessThan": {"s3:TlsVersion": "1.2"}}
    for one in (plain, old):
        assert (one["Effect"], one["Principal"], one["Action"]) == ("Deny", "*", "s3:*")
        assert one["Resource"] == [
            "arn:aws:s3:::slipway-prod-models-444455556666",
            "arn:aws:s3:::slipway-prod-models-444455556666/*",
        ]
