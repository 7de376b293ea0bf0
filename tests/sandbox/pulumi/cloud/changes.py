"""What somebody may change in the platform's account behind its back: eight changes, each of another kind."""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from tests.sandbox.aws.accounts import Account
from tests.sandbox.pulumi.cloud.platform import CONFIG

_CLUSTER: Final = CONFIG.cluster.name


def _open(account: Account) -> None:
    network = {"endpointPublicAccess": True, "publicAccessCidrs": ["0.0.0.0/0"]}
    account.client("eks").update_cluster_config(name=_CLUSTER, resourcesVpcConfig=network)


def _no_way_out(account: Account) -> None:
    ec2 = account.client("ec2")
    for table in ec2.describe_route_tables()["RouteTables"]:
        for route in table["Routes"]:
            if route.get("NatGatewayId"):
                ec2.delete_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0")
                return
    raise AssertionError("no route leads out")


def _let_in(account: Account) -> None:
    account.client("eks").delete_access_entry(clusterName=_CLUSTER, principalArn=CONFIG.access.administrators[0])


def _public(account: Account) -> None:
    account.client("s3").delete_public_access_block(Bucket=CONFIG.store.logs)


def _movable(account: Account) -> None:
    account.client("ecr").put_image_tag_mutability(repositoryName="slipway/service", imageTagMutability="MUTABLE")


def _blind(account: Account) -> None:
    cloudwatch = account.client("cloudwatch")
    names = sorted(one["AlarmName"] for one in cloudwatch.describe_alarms()["MetricAlarms"])
    cloudwatch.delete_alarms(AlarmNames=names[:1])


def _unrecorded(account: Account) -> None:
    ec2 = account.client("ec2")
    ec2.delete_flow_logs(FlowLogIds=[one["FlowLogId"] for one in ec2.describe_flow_logs()["FlowLogs"]])


def _another_trust(account: Account) -> None:
    iam = account.client("iam")
    names = [one["RoleName"] for one in iam.list_roles()["Roles"]]
    (name,) = [one for one in names if one.startswith("slipway-serving-deployer")]
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=document)


CHANGES: Final[Mapping[str, Callable[[Account], Any]]] = MappingProxyType(
    {
        "Cluster": _open,
        "Route": _no_way_out,
        "AccessEntry": _let_in,
        "BucketPublicAccessBlock": _public,
        "Repository": _movable,
        "MetricAlarm": _blind,
        "FlowLog": _unrecorded,
        "Role": _another_trust,
    }
)
"""By the kind of what is changed."""
FOLLOW: Final = {"AccessPolicyAssociation"}
"""Kinds of what goes with it: what an access entry was given."""
