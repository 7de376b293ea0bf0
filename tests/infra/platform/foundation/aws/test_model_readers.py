import json

import pytest

from tests.infra import stacks
from tests.infra.platform.foundation.aws.documents import statement

NAME = "slipway-serving-maintenance-predictor"
CHECK = "slipway-serving-verify-maintenance-predictor"


def test_a_models_pods_read_its_files_and_no_others() -> None:
    rights = stacks.platform("prod").one("RolePolicy", f"{NAME}-rights")
    bucket = "arn:aws:s3:::slipway-prod-models-444455556666"
    assert statement(rights, "Read")["Action"] == ["s3:GetObject"]
    assert statement(rights, "Read")["Resource"] == f"{bucket}/models/maintenance_predictor/*"
    assert statement(rights, "List")["Condition"] == {"StringLike": {"s3:prefix": ["models/maintenance_predictor/*"]}}
    assert statement(rights, "Decrypt")["Resource"] == "arn:aws:kms:eu-central-1:111122223333:key/1a2b"


def test_the_check_of_releases_adds_to_the_models_ledger_and_writes_nothing_over() -> None:
    rights = stacks.platform("prod").one("RolePolicy", f"{CHECK}-rights")
    ledger = "releases/serving/maintenance_predictor/*"
    objects = f"arn:aws:s3:::slipway-prod-models-444455556666/{ledger}"
    assert [one["Sid"] for one in json.loads(rights["policy"])["Statement"]] == [
        "Read",
        "List",
        "Decrypt",
        "Add",
        "Encrypt",
    ]
    assert statement(rights, "Read")["Resource"] == objects
    assert statement(rights, "List")["Condition"] == {"StringLike": {"s3:prefix": [ledger]}}
    assert statement(rights, "Add")["Action"] == ["s3:PutObject"]
    assert statement(rights, "Add")["Resource"] == objects
    assert statement(rights, "Add")["Condition"] == {"Null": {"s3:if-none-match": "false"}}
    assert statement(rights, "Encrypt")["Action"] == ["kms:GenerateDataKey"]


@pytest.mark.parametrize(
    ("association", "role", "account"),
    [
        ("readers-serving-maintenance-predictor", NAME, "maintenance-predictor-account"),
        ("readers-serving-verify-maintenance-predictor", CHECK, "verify-maintenance-predictor-account"),
    ],
)
def test_the_accounts_are_those_that_serving_gives_to_the_pods(association: str, role: str, account: str) -> None:
    found = stacks.platform("prod").one("PodIdentityAssociation", association)
    metadata = stacks.serving("prod").one("ServiceAccount", account)["metadata"]
    assert (found["namespace"], found["serviceAccount"]) == (metadata["namespace"], metadata["name"])
    assert found["roleArn"].endswith(f"role/{role}")


def test_no_pod_has_credentials_in_its_environment() -> None:
    store = stacks.platform("prod").outputs["modelStore"]
    assert store == {"url": "s3://slipway-prod-models-444455556666/models", "region": "eu-central-1", "environment": {}}
