"""The key that encrypts what is stored: models, images, the cluster's secrets, volumes, logs and messages."""

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from infra.platform.policy_document import Statement, document

_ROTATION_DAYS: Final = 365
# The longest that KMS offers: what it encrypts can't be read any more when it is gone.
_WINDOW_DAYS: Final = 30


@dataclass(frozen=True, kw_only=True)
class KeyArgs:
    """Where it is used.

    Attributes:
        alias: name under which people find it.
        account: the account.
        region: the region.
    """

    alias: str
    account: str
    region: str


class Key(pulumi.ComponentResource):
    """The key and its alias.

    Attributes:
        arn: the key's ARN.
    """

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: KeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:aws:Key", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        key = aws.kms.Key(
            name,
            description=f"What {args.alias} stores",
            enable_key_rotation=True,
            rotation_period_in_days=_ROTATION_DAYS,
            deletion_window_in_days=_WINDOW_DAYS,
            policy=document(*_policy(args.account, args.region)),
            opts=child,
        )
        aws.kms.Alias(f"{name}-alias", name=f"alias/{args.alias}", target_key_id=key.key_id, opts=child)

        self.arn = key.arn
        self.register_outputs({})


def _policy(account: str, region: str) -> list[Statement]:
    use = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    return [
        # Without it IAM's policies would not count, and nobody could ever change this one.
        {
            "Sid": "Account",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Sid": "Logs",
            "Effect": "Allow",
            "Principal": {"Service": f"logs.{region}.amazonaws.com"},
            "Action": use,
            "Resource": "*",
            "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{region}:{account}:*"}},
        },
        {
            "Sid": "Alarms",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceAccount": account}},
        },
        # EKS makes nodes' disks and pods' volumes under roles of its own.
        {
            "Sid": "Volumes",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": [*use, "kms:CreateGrant"],
            "Resource": "*",
            "Condition": {
                "StringEquals": {"kms:CallerAccount": account, "kms:ViaService": f"ec2.{region}.amazonaws.com"}
            },
        },
    ]
