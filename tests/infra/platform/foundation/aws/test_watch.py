from tests.infra import stacks
from tests.infra.changes import put
from tests.infra.platform.foundation.aws.test_config import PLACE


def test_somebody_is_told_of_what_prometheus_can_not_see() -> None:
    alarms = {one.name: one.inputs for one in stacks.platform("prod").of("MetricAlarm")}
    assert set(alarms) == {
        "watch-api-errors",
        "watch-unschedulable",
        *(f"watch-nat-eu-central-1{zone}" for zone in "abc"),
    }
    assert all(one["alarmActions"] == ["arn:aws:sns:eu-central-1:111122223333:watch"] for one in alarms.values())
    assert alarms["watch-api-errors"]["dimensions"] == {"ClusterName": "slipway-prod"}
    assert alarms["watch-nat-eu-central-1b"]["dimensions"] == {"NatGatewayId": "NatGateway network-nat-eu-central-1b"}


def test_messages_are_encrypted_and_reach_everyone_who_is_named() -> None:
    prod = stacks.platform("prod")
    assert prod.one("Topic")["kmsMasterKeyId"]
    assert prod.one("TopicSubscription")["endpoint"] == "ml-platform@example.com"


def test_who_stays_keeps_their_subscription_when_another_goes() -> None:
    def subscriptions(*emails: str) -> dict[str, str]:
        config = stacks.aws_configuration()
        put(*PLACE, "watch", "emails", value=list(emails))(config)
        found = stacks.platform_on_aws(config).of("TopicSubscription")
        return {one.name: one.inputs["endpoint"] for one in found}

    before, after = subscriptions("one@example.com", "two@example.com"), subscriptions("two@example.com")
    assert len(before) == 2
    assert after.items() < before.items()


def test_the_budget_warns_before_it_is_spent() -> None:
    budget = stacks.platform("prod").one("Budget")
    assert float(budget["limitAmount"]) == 2500
    said = [(one["notificationType"], one["threshold"]) for one in budget["notifications"]]
    assert said == [("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100)]
