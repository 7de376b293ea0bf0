"""Workspaces of Prometheus and quotas."""

import pytest

from sandbox.aws.extensions.quotas import QUOTAS
from tests.sandbox.aws.accounts import Account, Refusal


def test_a_workspace_tells_its_key(account: Account) -> None:
    amp = account.client("amp")
    key = "arn:aws:kms:eu-central-1:123456789012:key/k"
    made = amp.create_workspace(alias="w", kmsKeyArn=key)
    assert made["kmsKeyArn"] == key
    assert amp.describe_workspace(workspaceId=made["workspaceId"])["workspace"]["kmsKeyArn"] == key
    plain = amp.create_workspace()["workspaceId"]
    assert "kmsKeyArn" not in amp.describe_workspace(workspaceId=plain)["workspace"]


@pytest.mark.parametrize(("service", "code"), QUOTAS)
def test_a_quota_is_told(account: Account, service: str, code: str) -> None:
    quotas = account.client("service-quotas")
    told = quotas.get_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]
    assert (told["QuotaName"], told["Value"]) == QUOTAS[service, code]
    assert told in quotas.list_service_quotas(ServiceCode=service)["Quotas"]


def test_a_quota_that_is_not_known_is_not_found(account: Account) -> None:
    with Refusal("NoSuchResourceException"):
        account.client("service-quotas").get_service_quota(ServiceCode="ec2", QuotaCode="L-00000000")
