"""Who may be a role, and the rights that several have."""

from collections.abc import Sequence
from typing import Final

import pulumi

from infra.platform.policy_document import Statement, allow, allow_adding

CLUSTER: Final = "eks.amazonaws.com"
NODES: Final = "ec2.amazonaws.com"
PODS: Final = "pods.eks.amazonaws.com"


def service(service: str, account: str) -> Statement:
    """A service of AWS may be the role, when it works for this account, and say for whom it is that."""
    return {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        **({} if service == NODES else {"Condition": {"StringEquals": {"aws:SourceAccount": account}}}),
    }


def pods(account: str, cluster: str, namespace: str, service_account: str) -> Statement:
    """The pods of one service account may be the role, by Pod Identity, whatever associations somebody makes."""
    return {
        "Effect": "Allow",
        "Principal": {"Service": PODS},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {
            "StringEquals": {
                "aws:SourceAccount": account,
                "aws:RequestTag/eks-cluster-name": cluster,
                "aws:RequestTag/kubernetes-namespace": namespace,
                "aws:RequestTag/kubernetes-service-account": service_account,
            }
        },
    }


def principals(arns: Sequence[pulumi.Input[str]]) -> Statement:
    """These roles and users may be the role."""
    return {"Effect": "Allow", "Principal": {"AWS": list(arns)}, "Action": "sts:AssumeRole"}


def web_identity(
    provider: pulumi.Input[str], issuer: pulumi.Input[str], subject: str, audience: str = "sts.amazonaws.com"
) -> pulumi.Output[Statement]:
    """One subject of an identity provider may be the role, and no other one.

    Args:
        provider: the provider's ARN.
        issuer: its URL, with or without a scheme.
        subject: whom it has to say that somebody is, in full.
        audience: whom it has to say it for.
    """
    host = pulumi.Output.from_input(issuer).apply(lambda url: url.removeprefix("https://"))
    return pulumi.Output.all(provider=provider, host=host).apply(
        lambda known: {
            "Effect": "Allow",
            "Principal": {"Federated": known["provider"]},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{known['host']}:sub": subject, f"{known['host']}:aud": audience}},
        }
    )


def reading(bucket: pulumi.Input[str], key: pulumi.Input[str], prefix: str) -> list[Statement]:
    """Read what is below a prefix of a bucket, and what there is below it."""
    return [
        allow("Read", ["s3:GetObject"], pulumi.Output.format("{0}/{1}", bucket, prefix)),
        allow("List", ["s3:ListBucket"], bucket, {"StringLike": {"s3:prefix": [prefix]}}),
        allow("Decrypt", ["kms:Decrypt"], key),
    ]


def adding(bucket: pulumi.Input[str], key: pulumi.Input[str], prefix: str) -> list[Statement]:
    """Read what is below a prefix of a bucket, and write what isn't there yet: nothing is written over, or removed."""
    return [
        *reading(bucket, key, prefix),
        allow_adding("Add", pulumi.Output.format("{0}/{1}", bucket, prefix)),
        allow("Encrypt", ["kms:GenerateDataKey"], key),
    ]
