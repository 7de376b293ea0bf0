from tests.infra import stacks


def test_somebody_is_told_of_what_prometheus_can_not_see() -> None:
    alarms = {one.name: one.inputs for one in stacks.platform("prod").of("MetricAlarm")}
    assert set(alarms) == {
        "watch-api-errors",
        "watch-unschedulable",
        *(f"watch-nat-eu-central-1{zone}" for zone in "abc"),
    }
    assert all(one["alarmActions"] == ["arn:aws:sns:eu-central-1:111122223333:watch"] for one in alarms.values())
    assert alarms["watch-api-errors"]["dimensions"] == {"ClusterName": "slipway-prod"}
    assert alarms["watch-nat-eu-central-1b"]["dimensions"] == {"NatGatewayId": "network-nat-eu-central-1b"}


def test_messages_are_encrypted_and_reach_everyone_who_is_named() -> None:
    prod = stacks.platform("prod")
    assert prod.one("Topic")["kmsMasterKeyId"]
    assert prod.one("TopicSubscription")["endpoint"] == "ml-platform@example.com"


def test_the_budget_warns_before_it_is_spent() -> None:
    budget = stacks.platform("prod").one("Budget")
    assert float(budget["limitAmount"]) == 2500
    said = [(one["notificationType"], one["threshold"]) for one in budget["notifications"]]
    assert said == [("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100)]
