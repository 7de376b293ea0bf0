import pulumi
import pytest

from tests.infra import stacks
from tests.infra.platform.monitoring import told
from tests.infra.platform.monitoring.told import NETWORK, WEBHOOK

MAIL = {
    "email": {
        "smarthost": "smtp.test:587",
        "username": "slipway",
        "sender": "slipway@example.com",
        "recipients": ["a@example.com"],
    },
    "networks": [NETWORK],
    "gets": ["page"],
}


def test_a_receiver_without_its_secret_is_refused_with_the_command_that_sets_it() -> None:
    config = told.configuration(receivers={"desk": WEBHOOK})
    with pytest.raises(pulumi.ConfigMissingError, match="pulumi config set --secret slipway-receivers:desk"):
        stacks.platform_with(config)


def test_what_should_be_a_url_and_is_none_is_refused_without_showing_it() -> None:
    config = told.configuration(receivers={"desk": WEBHOOK}) | {"slipway-receivers:desk": "hunter2"}
    with pytest.raises(Exception, match=r"slipway-receivers:desk is no URL, like 'https://") as error:
        stacks.platform_with(config)
    assert "hunter2" not in str(error.value)


def test_a_mailboxs_secret_is_a_password() -> None:
    config = told.configuration(receivers={"desk": MAIL}) | {"slipway-receivers:desk": "hunter2"}
    assert set(stacks.platform_with(config).one("Secret", "alertmanager-receivers")["data"]) == {"desk"}
