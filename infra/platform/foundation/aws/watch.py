"""What somebody is told of the account, which Prometheus can't see: the control plane, the ways out, and the costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from infra.platform.foundation.aws.config import Watch as WatchConfig

_PERIOD: Final = 300
_LIMITS: Final = (("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100))


@dataclass(frozen=True, kw_only=True)
class WatchArgs:
    """What is watched.

    Attributes:
        config: the stack's `watch`.
        name: the cluster's name, as the stack says it: of the budget, too.
        cluster: the cluster's name, known when it is there.
        nat: ids of NAT gateways by zone.
        key: ARN of the key for messages.
    """

    config: WatchConfig
    name: str
    cluster: pulumi.Input[str]
    nat: Mapping[str, pulumi.Input[str]]
    key: pulumi.Input[str]


class Watch(pulumi.ComponentResource):
    """A topic with who reads it, alarms, and a budget."""

    def __init__(self, name: str, args: WatchArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:aws:Watch", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        topic = aws.sns.Topic(name, kms_master_key_id=args.key, opts=child)
        # By address: by its place in the list, somebody who stays would lose theirs with whoever goes.
        for email in args.config.emails:
            aws.sns.TopicSubscription(f"{name}-{email}", topic=topic.arn, protocol="email", endpoint=email, opts=child)
        cluster = {"ClusterName": args.cluster}
        alarms = [
            _Alarm(
                "api-errors", "The Kubernetes API fails requests", "AWS/EKS", "apiserver_request_total_5XX", cluster, 50
            ),
            _Alarm(
                "unschedulable",
                "Pods have found no node for a quarter of an hour",
                "AWS/EKS",
                "scheduler_pending_pods_UNSCHEDULABLE",
                cluster,
                0,
                "Minimum",
            ),
            *(
                _Alarm(
                    f"nat-{zone}",
                    f"The NAT gateway of {zone} has no ports left: connections to outside fail",
                    "AWS/NATGateway",
                    "ErrorPortAllocation",
                    {"NatGatewayId": gateway},
                    0,
                )
                for zone, gateway in args.nat.items()
            ),
        ]
        for alarm in alarms:
            aws.cloudwatch.MetricAlarm(
                f"{name}-{alarm.name}",
                alarm_description=alarm.description,
                namespace=alarm.namespace,
                metric_name=alarm.metric,
                dimensions=alarm.dimensions,
                statistic=alarm.statistic,
                period=_PERIOD,
                evaluation_periods=3,
                threshold=alarm.above,
                comparison_operator="GreaterThanThreshold",
                # No figures, no trouble: most of these are only there when something happens.
                treat_missing_data="notBreaching",
                alarm_actions=[topic.arn],
                ok_actions=[topic.arn],
                opts=child,
            )
        aws.budgets.Budget(
            f"{name}-budget",
            name=args.name,
            budget_type="COST",
            limit_amount=str(args.config.monthly_budget),
            limit_unit="USD",
            time_unit="MONTHLY",
            notifications=[
                {
                    "comparison_operator": "GREATER_THAN",
                    "notification_type": kind,
                    "threshold": percent,
                    "threshold_type": "PERCENTAGE",
                    "subscriber_email_addresses": args.config.emails,
                }
                for kind, percent in _LIMITS
            ],
            opts=child,
        )

        self.register_outputs({})


@dataclass(frozen=True)
class _Alarm:
    name: str
    description: str
    namespace: str
    metric: str
    dimensions: Mapping[str, pulumi.Input[str]]
    above: int
    statistic: str = "Sum"
