"""What watches: log groups, alarms, whom they tell, and budgets."""

from collections.abc import Mapping
from typing import Final, Literal

from sandbox.pulumi.plugins.aws.resource_type import Autoname
from sandbox.pulumi.plugins.aws.row import Call, Of, Row, declared
from sandbox.pulumi.plugins.aws.tagging import BUDGETS, by_arn
from sandbox.pulumi.plugins.inputs import Inputs


class Notification(Inputs):
    """When a budget tells somebody, and whom."""

    comparison_operator: Literal["EQUAL_TO", "GREATER_THAN", "LESS_THAN"]
    notification_type: Literal["ACTUAL", "FORECASTED"]
    subscriber_email_addresses: list[str] | None = None
    subscriber_sns_topic_arns: list[str] | None = None
    threshold: float
    threshold_type: Literal["ABSOLUTE_VALUE", "PERCENTAGE"]


NOTIFICATION: Final = {
    name: f"${name}" for name in ("comparisonOperator", "notificationType", "threshold", "thresholdType")
}
SUBSCRIBERS: Final = (
    "$[subscriberEmailAddresses[].{address: @, subscriptionType: 'EMAIL'},"
    " subscriberSnsTopicArns[].{address: @, subscriptionType: 'SNS'}][]"
)
NOTIFICATIONS: Final = (
    "told[].{comparisonOperator: comparisonOperator, notificationType: notificationType, threshold: threshold,"
    " thresholdType: thresholdType,"
    " subscriberEmailAddresses: subscribers[?subscriptionType == 'EMAIL'].address,"
    " subscriberSnsTopicArns: subscribers[?subscriptionType == 'SNS'].address}"
)
BUDGET_LIMIT: Final = {"budgetLimit": {"amount": "$limitAmount", "unit": "$limitUnit"}}
ROWS: Final[Mapping[str, Row]] = {
    "aws:budgets/budget:Budget": Row(
        service="budgets",
        inputs=declared("budgetType! limitAmount! limitUnit! timeUnit! name", notifications=Of(list[Notification])),
        names={"name": "BudgetName"},
        outputs={
            "accountId": "{account}",
            "arn": "arn:{partition}:budgets::{account}:budget/{name}",
            "limitAmount": "budgetLimit.amount",
            "limitUnit": "budgetLimit.unit",
            "notifications": NOTIFICATIONS,
        },
        create=Call("CreateBudget", within="budget", budget=BUDGET_LIMIT),
        id="{account}:{name}",
        key={"accountId": "account", "budgetName": "name", "name": "name"},
        reads=(
            Call("DescribeBudget", at="budget"),
            Call(
                "DescribeSubscribersForNotification",
                each=Call("DescribeNotificationsForBudget", at="notifications"),
                into="told",
                notification=NOTIFICATION,
            ),
        ),
        updates=(
            Call("UpdateBudget", within="newBudget", newBudget=BUDGET_LIMIT),
            Call("DeleteNotification", each="removed.notifications", only="notifications", notification=NOTIFICATION),
            Call(
                "CreateNotification",
                each="added.notifications",
                only="notifications",
                notification=NOTIFICATION,
                subscribers=SUBSCRIBERS,
            ),
        ),
        deletes=(Call("DeleteBudget"),),
        gone=("NotFoundException",),
        exists="DuplicateRecordException",
        autoname=Autoname("name", 100),
        tagging=BUDGETS,
        everywhere=True,
    ),
    "aws:cloudwatch/logGroup:LogGroup": Row(
        service="logs",
        inputs=declared("kmsKeyId logGroupClass~ name", retentionInDays=0, skipDestroy=False),
        names={"name": "logGroupName"},
        outputs={"arn": "arn:{partition}:logs:{region}:{account}:log-group:{name}"},
        create=Call("CreateLogGroup"),
        id="{name}",
        reads=(Call("DescribeLogGroups", at="logGroups[?name == $name] | [0]", logGroupNamePrefix="$name"),),
        updates=(
            Call("PutRetentionPolicy", only="retentionInDays", when="retentionInDays > `0`"),
            Call("DeleteRetentionPolicy", only="retentionInDays", when="retentionInDays == `0`"),
            Call("AssociateKmsKey", only="kmsKeyId", when="kmsKeyId"),
            Call("DisassociateKmsKey", only="kmsKeyId", when="!kmsKeyId"),
        ),
        deletes=(Call("DeleteLogGroup", when="!skipDestroy"),),
        gone=("ResourceNotFoundException",),
        exists="ResourceAlreadyExistsException",
        autoname=Autoname("name", 512),
        tagging=by_arn(),
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": Row(
        service="cloudwatch",
        inputs=declared(
            "comparisonOperator! evaluationPeriods! alarmActions alarmDescription datapointsToAlarm dimensions",
            "insufficientDataActions metricName name namespace okActions period statistic threshold unit",
            actionsEnabled=True,
            treatMissingData="missing",
        ),
        names={"name": "AlarmName", "okActions": "OKActions"},
        maps=("dimensions",),
        outputs={"arn": "alarmArn"},
        create=Call("PutMetricAlarm"),
        id="{name}",
        reads=(Call("DescribeAlarms", at="metricAlarms[0]", alarmNames=["$name"]),),
        updates=(Call("PutMetricAlarm"),),
        deletes=(Call("DeleteAlarms", alarmNames=["$name"]),),
        gone=("ResourceNotFound",),
        autoname=Autoname("name", 255),
        tagging=by_arn(),
    ),
    "aws:sns/topic:Topic": Row(
        service="sns",
        inputs=declared("displayName kmsMasterKeyId name policy~"),
        outputs={
            "arn": "attributes.TopicArn",
            "displayName": "attributes.DisplayName",
            "kmsMasterKeyId": "attributes.KmsMasterKeyId",
            "owner": "attributes.Owner",
            "policy": "attributes.Policy",
        },
        create=Call(
            "CreateTopic",
            attributes={"DisplayName": "$displayName", "KmsMasterKeyId": "$kmsMasterKeyId", "Policy": "$policy"},
        ),
        id="arn:{partition}:sns:{region}:{account}:{name}",
        key="topicArn",
        reads=(Call("GetTopicAttributes"),),
        updates=(
            Call("SetTopicAttributes", attributeName="DisplayName", attributeValue="$displayName || ''"),
            Call("SetTopicAttributes", attributeName="KmsMasterKeyId", attributeValue="$kmsMasterKeyId || ''"),
            Call("SetTopicAttributes", attributeName="Policy", attributeValue="$policy"),
        ),
        deletes=(Call("DeleteTopic"),),
        gone=("NotFound", "NotFoundException"),
        documents=("policy",),
        autoname=Autoname("name", 256),
        tagging=by_arn(),
    ),
    "aws:sns/topicSubscription:TopicSubscription": Row(
        service="sns",
        inputs=declared("endpoint! protocol! topic!", rawMessageDelivery=False),
        names={"topic": "TopicArn"},
        outputs={
            "arn": "id",
            "endpoint": "attributes.Endpoint",
            "ownerId": "attributes.Owner",
            "pendingConfirmation": "attributes.PendingConfirmation == 'true'",
            "protocol": "attributes.Protocol",
            "rawMessageDelivery": "attributes.RawMessageDelivery",
            "topic": "attributes.TopicArn",
        },
        create=Call("Subscribe", returnSubscriptionArn=True),
        id="subscriptionArn",
        lists=Call("ListSubscriptionsByTopic", at="subscriptions[].subscriptionArn", topic="$topic"),
        reads=(Call("GetSubscriptionAttributes"),),
        updates=(
            Call("SetSubscriptionAttributes", attributeName="RawMessageDelivery", attributeValue="$rawMessageDelivery"),
        ),
        deletes=(Call("Unsubscribe"),),
        gone=("NotFound", "NotFoundException"),
    ),
}
