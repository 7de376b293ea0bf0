"""What nobody here can do is said at once and by name, and never looks as if something were gone."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.aws import extensions
from sandbox.aws.handlers import NOT_IMPLEMENTED, Handler, Handlers
from tests.sandbox.aws.accounts import Account, Refusal

UNKNOWN: dict[str, tuple[str, Callable[[Any], object]]] = {
    "a route that moto does not have": ("eks", lambda eks: eks.list_insights(clusterName="c")),
    "a JSON operation": ("budgets", lambda budgets: budgets.describe_budget_actions_for_account(AccountId="1" * 12)),
    "an XML operation": ("iam", lambda iam: iam.list_mfa_device_tags(SerialNumber="n" * 9)),
    "an operation of EC2": ("ec2", lambda ec2: ec2.describe_reserved_instances()),
    "a REST operation in XML": ("s3", lambda s3: s3.list_bucket_metrics_configurations(Bucket="b")),
    "a service that is not there": ("lex-models", lambda lex: lex.get_bots()),
}


@pytest.mark.parametrize("what", UNKNOWN)
def test_what_is_not_there_fails_at_once_and_by_name(account: Account, what: str) -> None:
    service, ask = UNKNOWN[what]
    client = account.client(service, attempts=5)
    asked: list[object] = []
    client.meta.events.register("before-send", lambda **_: asked.append(1))  # pyright: ignore[reportUnknownLambdaType]
    with Refusal(NOT_IMPLEMENTED) as refusal:
        ask(client)
    assert "the sandbox's AWS does not have it" in refusal.message
    assert refusal.status == 501
    assert len(asked) == 1


def test_a_failure_in_moto_is_told_and_not_tried_again(account: Account) -> None:
    logs = account.client("logs", attempts=5)
    with Refusal("InternalFailure") as refusal:
        logs.get_query_results(queryId="none")
    assert "GetQueryResults of logs failed in here: " in refusal.message


def test_a_region_that_is_none_is_refused(account: Account) -> None:
    with Refusal("InvalidRegion") as refusal:
        account.client("logs", region="eu-nowhere-1").describe_log_groups()
    assert refusal.message == "eu-nowhere-1 is no region of AWS"


def test_each_operation_is_done_by_one_of_ours_at_most() -> None:
    handlers = [one for module in extensions.MODULES for one in vars(module).values() if isinstance(one, Handler)]
    own = [(one.service, operation) for one in handlers if one.instead for operation in one.operations]
    assert sorted(own) == Handlers(extensions.MODULES).own


def test_each_operation_is_one_of_aws() -> None:
    from moto.core.utils import get_service_model

    for service, operation in Handlers(extensions.MODULES).named:
        known: Any = get_service_model(service)
        assert operation in known.operation_names, f"{service}: {operation}"
