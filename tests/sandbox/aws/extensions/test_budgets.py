"""Budgets change, and tell those who are to know."""

from typing import Any

import pytest

from tests.sandbox.aws.accounts import Account, Refusal

BUDGET: dict[str, Any] = {
    "BudgetName": "b",
    "BudgetType": "COST",
    "TimeUnit": "MONTHLY",
    "BudgetLimit": {"Amount": "100", "Unit": "USD"},
}
NOTICE: dict[str, Any] = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80}
FIRST, SECOND = ({"SubscriptionType": "EMAIL", "Address": f"{name}@example.org"} for name in ("a", "b"))


class Budget:
    """A budget that tells one person."""

    def __init__(self, account: Account) -> None:
        self.client = account.client("budgets")
        self.account = account
        self.call(
            "create_budget",
            Budget=BUDGET,
            NotificationsWithSubscribers=[{"Notification": NOTICE, "Subscribers": [FIRST]}],
            ResourceTags=[{"Key": "owner", "Value": "us"}],
        )

    def call(self, operation: str, **wanted: Any) -> dict[str, Any]:
        return getattr(self.client, operation)(AccountId=self.account.number, **wanted)

    def subscribers(self) -> list[dict[str, str]]:
        told = self.call("describe_subscribers_for_notification", BudgetName="b", Notification=NOTICE)
        return told["Subscribers"]


@pytest.fixture
def budget(account: Account) -> Budget:
    return Budget(account)


def test_a_budget_changes_and_its_notifications_stay(budget: Budget) -> None:
    before = budget.call("describe_budget", BudgetName="b")["Budget"]
    budget.call("update_budget", NewBudget={**BUDGET, "BudgetLimit": {"Amount": "200", "Unit": "USD"}})
    told = budget.call("describe_budget", BudgetName="b")["Budget"]
    assert told["BudgetLimit"]["Amount"] == "200"
    assert told["TimePeriod"] == before["TimePeriod"]
    assert budget.subscribers() == [FIRST]
    budget.call("update_budget", NewBudget={**BUDGET, "TimePeriod": {"Start": "2026-01-01T00:00:00Z"}})
    assert budget.call("describe_budget", BudgetName="b")["Budget"]["TimePeriod"]["Start"].year == 2026


def test_subscribers_come_change_and_go(budget: Budget) -> None:
    of: dict[str, Any] = {"BudgetName": "b", "Notification": {**NOTICE, "ThresholdType": "PERCENTAGE"}}
    budget.call("create_subscriber", **of, Subscriber=SECOND)
    assert budget.subscribers() == [FIRST, SECOND]
    with Refusal("DuplicateRecordException"):
        budget.call("create_subscriber", **of, Subscriber=SECOND)
    third = {"SubscriptionType": "EMAIL", "Address": "c@example.org"}
    budget.call("update_subscriber", **of, OldSubscriber=FIRST, NewSubscriber=third)
    assert budget.subscribers() == [third, SECOND]
    budget.call("delete_subscriber", **of, Subscriber=third)
    with Refusal("NotFoundException"):
        budget.call("delete_subscriber", **of, Subscriber=third)
    budget.call("delete_subscriber", **of, Subscriber=SECOND)
    assert budget.call("describe_notifications_for_budget", BudgetName="b")["Notifications"] == []


def test_a_notification_changes_and_is_there_once(budget: Budget) -> None:
    other = {**NOTICE, "Threshold": 90.0}
    with Refusal("DuplicateRecordException"):
        budget.call("create_notification", BudgetName="b", Notification=NOTICE, Subscribers=[SECOND])
    budget.call("update_notification", BudgetName="b", OldNotification=NOTICE, NewNotification=other)
    assert budget.call("describe_notifications_for_budget", BudgetName="b")["Notifications"] == [other]
    with Refusal("NotFoundException"):
        budget.subscribers()


def test_tags_come_and_go(budget: Budget) -> None:
    arn = f"arn:aws:budgets::{budget.account.number}:budget/b"
    budget.client.tag_resource(ResourceARN=arn, ResourceTags=[{"Key": "a", "Value": "1"}])
    budget.client.untag_resource(ResourceARN=arn, ResourceTagKeys=["owner"])
    assert budget.client.list_tags_for_resource(ResourceARN=arn)["ResourceTags"] == [{"Key": "a", "Value": "1"}]


def test_what_is_gone_is_not_found(budget: Budget) -> None:
    budget.call("delete_budget", BudgetName="b")
    with Refusal("NotFoundException"):
        budget.call("update_budget", NewBudget=BUDGET)
    with Refusal("NotFoundException"):
        budget.subscribers()
