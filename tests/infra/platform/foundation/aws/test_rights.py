import json
import subprocess
import sys

import pytest

from infra.platform.foundation.aws.rights import LIMIT, emptying, policies


@pytest.mark.parametrize("writing", [True, False])
def test_iam_takes_them(writing: bool) -> None:
    for found in policies("111122223333", "eu-central-1", writing=writing).values():
        assert len(json.dumps({"Version": "2012-10-17", "Statement": found}, separators=(",", ":"))) <= LIMIT


def test_only_our_roles_are_written_and_handed_on() -> None:
    identity, passed, *_ = policies("111122223333", "eu-central-1", writing=True)["identity"]
    assert "iam:PassRole" not in identity["Action"]
    assert passed["Resource"] == "arn:aws:iam::111122223333:role/slipway-*"
    assert "*" not in identity["Resource"]
    assert all(one.startswith("arn:aws:iam::111122223333:") for one in identity["Resource"])


def test_flow_logs_are_delivered_by_rights_of_another_service() -> None:
    (logs,) = [one for one in policies("111122223333", "eu-central-1", writing=True)["rest"] if one["Sid"] == "Logs"]
    assert {"logs:CreateLogDelivery", "logs:DeleteLogDelivery"} <= set(logs["Action"])


def test_services_get_the_roles_that_they_need_in_an_account_that_has_nothing() -> None:
    linked = policies("111122223333", "eu-central-1", writing=True)["identity"][2]
    services = ["ecr.amazonaws.com", "eks.amazonaws.com", "pullthroughcache.ecr.amazonaws.com"]
    assert linked["Action"] == ["iam:CreateServiceLinkedRole"]
    assert linked["Resource"] == [f"arn:aws:iam::111122223333:role/aws-service-role/{one}/*" for one in services]
    assert linked["Condition"] == {"StringEquals": {"iam:AWSServiceName": services}}
    assert "iam:CreateServiceLinkedRole" not in str(policies("111122223333", "eu-central-1", writing=False))


def test_buckets_are_emptied_where_they_are_named_alone() -> None:
    assert "s3:DeleteObject" not in str(policies("111122223333", "eu-central-1", writing=True))
    found = emptying(["models"])
    assert set(found["Action"]) == {"s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ListBucketVersions"}
    assert found["Resource"] == ["arn:aws:s3:::models", "arn:aws:s3:::models/*"]


def test_what_has_a_region_is_held_to_ours() -> None:
    for part in ("network", "rest"):
        for one in policies("111122223333", "eu-central-1", writing=True)[part]:
            held = one.get("Condition") == {"StringEquals": {"aws:RequestedRegion": "eu-central-1"}}
            assert held is (one["Sid"] not in ("Budgets", "Route53", "S3"))


def test_they_are_printed_for_people() -> None:
    command = [sys.executable, "-m", "infra.platform.foundation.aws.rights"]
    ran = subprocess.run([*command, "preview", "111122223333", "eu-central-1"], capture_output=True, check=True)
    assert set(json.loads(ran.stdout)) == {"network", "identity", "rest"}
    ran = subprocess.run(
        [*command, "deploy", "111122223333", "eu-central-1", "models"], capture_output=True, check=True
    )
    assert set(json.loads(ran.stdout)) == {"network", "identity", "rest", "buckets"}
    failed = subprocess.run([*command, "everything"], capture_output=True, text=True, check=False)
    assert failed.returncode == 1
    assert "deploy|preview ACCOUNT REGION" in failed.stderr
