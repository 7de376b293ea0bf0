"""Budgets: their changes, and who is told, which moto lacks."""

from typing import Any, Final

from moto.core.utils import unix_time

from sandbox.aws.answers import Refused
from sandbox.aws.calls import Call
from sandbox.aws.handlers import after, before, instead
from sandbox.aws.services import records

_SUBSCRIBERS: Final = 11
"""Ten by mail and one topic."""


@instead("budgets", "UpdateBudget")
def update(call: Call) -> None:
    """Put another budget in the place of one by the same name. Who is told stays."""
    wanted = call.parameters["NewBudget"]
    budget = _budget(call, wanted["BudgetName"])
    kept = {key: value for key, value in budget.budget.items() if key in {"TimePeriod", "CostTypes"}}
    budget.budget = {**kept, **_plain(wanted), "LastUpdatedTime": unix_time()}


@instead("budgets", "UpdateNotification")
def update_notification(call: Call) -> None:
    """Tell the same people of something else."""
    _notification(call, call.parameters["OldNotification"]).details = call.parameters["NewNotification"]


@before("budgets", "CreateNotification")
def new(call: Call) -> None:
    """A notification is there once, and tells somebody."""
    if any(_same(one.details, call.parameters["Notification"]) for one in _budget(call).notifications):
        raise Refused("DuplicateRecordException", "the notification exists already")


@instead("budgets", "DescribeSubscribersForNotification")
def subscribers(call: Call) -> dict[str, Any]:
    """Tell who is told."""
    return {"Subscribers": _notification(call, call.parameters["Notification"]).subscribers}


@instead("budgets", "CreateSubscriber")
def subscribe(call: Call) -> None:
    """Tell one more."""
    told: list[dict[str, str]] = _notification(call, call.parameters["Notification"]).subscribers
    if call.parameters["Subscriber"] in told:
        raise Refused("DuplicateRecordException", "the subscriber exists already")
    if len(told) == _SUBSCRIBERS:
        raise Refused("CreationLimitExceededException", f"a notification has {_SUBSCRIBERS} subscribers at most")
    told.append(call.parameters["Subscriber"])


@instead("budgets", "DeleteSubscriber")
def unsubscribe(call: Call) -> None:
    """Tell one less. Without anybody left the notification goes."""
    notification = _notification(call, call.parameters["Notification"])
    _known(notification, call.parameters["Subscriber"])
    notification.subscribers.remove(call.parameters["Subscriber"])
    if not notification.subscribers:
        _budget(call).notifications.remove(notification)


@instead("budgets", "UpdateSubscriber")
def replace(call: Call) -> None:
    """Tell another instead."""
    notification = _notification(call, call.parameters["Notification"])
    told, old = notification.subscribers, call.parameters["OldSubscriber"]
    _known(notification, old)
    told[told.index(old)] = call.parameters["NewSubscriber"]


@after("budgets", "CreateBudget")
def keep_tags(call: Call, _: dict[str, Any]) -> None:
    """Keep the tags."""
    budget = _budget(call, call.parameters["Budget"]["BudgetName"])
    records(budget, "tags").update({one["Key"]: one["Value"] for one in call.parameters.get("ResourceTags", [])})


@instead("budgets", "ListTagsForResource")
def tags(call: Call) -> dict[str, Any]:
    """Tell the tags of a budget."""
    return {"ResourceTags": [{"Key": key, "Value": value} for key, value in _tags(call).items()]}


@instead("budgets", "TagResource")
def tag(call: Call) -> None:
    """Add tags to a budget, or change their values."""
    _tags(call).update({one["Key"]: one["Value"] for one in call.parameters["ResourceTags"]})


@instead("budgets", "UntagResource")
def untag(call: Call) -> None:
    """Remove tags of a budget."""
    for key in call.parameters["ResourceTagKeys"]:
        _tags(call).pop(key, None)


def _budget(call: Call, name: str = "") -> Any:
    wanted = name or call.parameters["BudgetName"]
    found = call.backend.budgets.get(call.parameters.get("AccountId", call.account), {})
    if wanted not in found:
        raise _gone(f"Unable to get budget: {wanted} - the budget doesn't exist.")
    return found[wanted]


def _notification(call: Call, wanted: dict[str, Any]) -> Any:
    for one in _budget(call).notifications:
        if _same(one.details, wanted):
            return one
    raise _gone("the notification doesn't exist")


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    told = {"NotificationState"}
    default = {"ThresholdType": "PERCENTAGE"}
    return {**default, **{key: value for key, value in one.items() if key not in told}} == {
        **default,
        **{key: value for key, value in other.items() if key not in told},
    }


def _known(notification: Any, subscriber: dict[str, str]) -> None:
    if subscriber not in notification.subscribers:
        raise _gone("the subscriber doesn't exist")


def _tags(call: Call) -> dict[str, Any]:
    return records(_budget(call, call.parameters["ResourceARN"].rpartition("budget/")[2]), "tags")


def _plain(budget: dict[str, Any]) -> dict[str, Any]:
    # moto keeps what JSON carries, in which times are numbers.
    period = {key: unix_time(value) for key, value in budget.get("TimePeriod", {}).items()}
    return {**budget, **({"TimePeriod": period} if period else {})}


def _gone(message: str) -> Refused:
    return Refused("NotFoundException", message)
