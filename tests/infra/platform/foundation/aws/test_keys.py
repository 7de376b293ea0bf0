from tests.infra import stacks
from tests.infra.platform.foundation.aws.documents import statement


def test_the_key_is_rotated_kept_for_a_month_and_protected() -> None:
    key = stacks.platform("prod").resource("Key")
    assert key.inputs["enableKeyRotation"] is True
    assert key.inputs["deletionWindowInDays"] == 30
    assert key.request.protect is True


def test_people_find_it_by_the_clusters_name() -> None:
    assert stacks.platform("prod").one("Alias")["name"] == "alias/slipway-prod"


def test_services_of_this_account_use_it_and_nobody_elses() -> None:
    key = stacks.platform("prod").one("Key")
    logs = statement(key, "Logs")
    assert logs["Principal"] == {"Service": "logs.eu-central-1.amazonaws.com"}
    assert logs["Condition"]["ArnLike"] == {
        "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-central-1:444455556666:*"
    }
    assert statement(key, "Volumes")["Condition"]["StringEquals"] == {
        "kms:CallerAccount": "444455556666",
        "kms:ViaService": "ec2.eu-central-1.amazonaws.com",
    }
