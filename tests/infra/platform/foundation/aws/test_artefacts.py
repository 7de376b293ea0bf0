from infra.platform.foundation.aws import bootstrap
from tests.infra import stacks
from tests.infra.platform.foundation.aws.documents import statement
from tests.infra.values import Object


def artefacts(kind: str) -> Object:
    """What a role may do beside the stacks' resources."""
    return stacks.platform("staging").one("Policy", f"slipway-{kind}-artefacts")


def test_who_looks_reads_state_models_ledgers_and_images() -> None:
    rights = artefacts("preview")
    bucket, state = "arn:aws:s3:::slipway-staging-models-111122223333", "arn:aws:s3:::slipway-state-111122223333"
    assert statement(rights, "Models")["Resource"] == [f"{bucket}/models/*", f"{bucket}/releases/*"]
    assert statement(rights, "State")["Resource"] == f"{state}/*"
    assert statement(rights, "List")["Resource"] == [state, bucket]
    assert statement(rights, "Pull")["Resource"] == "arn:aws:ecr:eu-central-1:111122223333:repository/slipway/service"
    # Not every key: the one of this name, which encrypts Pulumi's state and secrets, and the platform's own.
    assert statement(rights, "Secrets")["Condition"] == {
        "ForAnyValue:StringEquals": {"kms:ResourceAliases": bootstrap.ALIAS}
    }
    assert statement(rights, "Decrypt")["Resource"] == "arn:aws:kms:eu-central-1:111122223333:key/1a2b"


def test_who_deploys_publishes_and_never_overwrites_what_was_published() -> None:
    rights = artefacts("deploy")
    publish = statement(rights, "Publish")
    assert publish["Action"] == ["s3:PutObject"]
    assert publish["Resource"] == statement(rights, "Models")["Resource"]
    assert publish["Condition"] == {"Null": {"s3:if-none-match": "false"}}
    assert statement(rights, "KeepState")["Resource"] == statement(rights, "State")["Resource"]
    assert statement(rights, "Push")["Resource"] == statement(rights, "Pull")["Resource"]
    assert "ecr:PutImage" in statement(rights, "Push")["Action"]
