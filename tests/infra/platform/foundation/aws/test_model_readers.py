from tests.infra import stacks
from tests.infra.platform.foundation.aws.documents import statement

NAME = "slipway-serving-maintenance-predictor"


def test_a_models_pods_read_its_files_and_no_others() -> None:
    rights = stacks.platform("prod").one("RolePolicy", f"{NAME}-rights")
    bucket = "arn:aws:s3:::slipway-prod-models-444455556666"
    assert statement(rights, "Read")["Action"] == ["s3:GetObject"]
    assert statement(rights, "Read")["Resource"] == f"{bucket}/models/maintenance_predictor/*"
    assert statement(rights, "List")["Condition"] == {"StringLike": {"s3:prefix": ["models/maintenance_predictor/*"]}}
    assert statement(rights, "Decrypt")["Resource"] == "arn:aws:kms:eu-central-1:111122223333:key/1a2b"


def test_the_account_is_the_one_that_serving_gives_to_the_models_pods() -> None:
    found = stacks.platform("prod").one("PodIdentityAssociation")
    account = stacks.serving("prod").one("ServiceAccount", "maintenance-predictor-account")["metadata"]
    assert (found["namespace"], found["serviceAccount"]) == (account["namespace"], account["name"])
    assert found["roleArn"].endswith(f"role/{NAME}")


def test_no_pod_has_credentials_in_its_environment() -> None:
    store = stacks.platform("prod").outputs["modelStore"]
    assert store == {"url": "s3://slipway-prod-models-444455556666/models", "region": "eu-central-1", "environment": {}}
