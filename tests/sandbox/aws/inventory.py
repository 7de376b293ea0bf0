"""What an account holds, service by service: what a stack that was destroyed must have taken with it.

What AWS gives to every account is left out, and what is deleted and only still listed.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

from tests.sandbox.aws.accounts import Account

Answer: TypeAlias = dict[str, Any]
Names: TypeAlias = Iterable[Any]
Look: TypeAlias = Callable[[Any, Account], Names]

_GONE: Final = {"deleted", "deleting", "PendingDeletion"}


def left(account: Account) -> dict[str, list[str]]:
    """What there is, by kind; nothing of a kind that there is nothing of."""
    found = {
        f"{service}: {kind}": sorted(map(str, look(account.client(service), account)))
        for service, kinds in _LOOKS.items()
        for kind, look in kinds.items()
    }
    return {kind: names for kind, names in found.items() if names}


def _own_vpcs(ec2: Any) -> set[str]:
    return {one["VpcId"] for one in ec2.describe_vpcs()["Vpcs"] if not one["IsDefault"]}


def _in_own(operation: str, key: str, name: str) -> Look:
    """Those in VPCs that aren't the account's default one."""
    return lambda ec2, _: [
        one[name] for one in getattr(ec2, operation)()[key] if one["VpcId"] in _own_vpcs(ec2) and not _given(one)
    ]


def _given(one: Answer) -> bool:
    """Whether a VPC has had it from its beginning."""
    main = any(association.get("Main") for association in one.get("Associations", []))
    return main or one.get("GroupName") == "default" or bool(one.get("IsDefault"))


def _all(operation: str, key: str, name: str) -> Look:
    return lambda client, _: [
        one[name]
        for one in getattr(client, operation)()[key]
        if not {one.get("State"), one.get("KeyState"), one.get("Status")} & _GONE
    ]


def _keys(kms: Any, _: Account) -> Names:
    described = (kms.describe_key(KeyId=one["KeyId"])["KeyMetadata"] for one in kms.list_keys()["Keys"])
    return [one["KeyId"] for one in described if one["KeyState"] not in _GONE]


def _of_clusters(operation: str, key: str) -> Look:
    return lambda eks, _: [
        f"{cluster}/{one}"
        for cluster in eks.list_clusters()["clusters"]
        for one in getattr(eks, operation)(clusterName=cluster)[key]
    ]


def _block(s3control: Any, account: Account) -> Names:
    def without_account(request: Any, **_: Any) -> None:
        request.url = request.url.replace(f"://{account.number}.", "://")  # which botocore puts before the host

    s3control.meta.events.register("before-sign", without_account)
    try:
        return [s3control.get_public_access_block(AccountId=account.number)["PublicAccessBlockConfiguration"]]
    except s3control.exceptions.NoSuchPublicAccessBlockConfiguration:
        return []


_LOOKS: Final[dict[str, dict[str, Look]]] = {
    "acm": {"certificates": _all("list_certificates", "CertificateSummaryList", "CertificateArn")},
    "amp": {"workspaces": _all("list_workspaces", "workspaces", "workspaceId")},
    "budgets": {
        "budgets": lambda budgets, account: [
            one["BudgetName"] for one in budgets.describe_budgets(AccountId=account.number).get("Budgets", [])
        ]
    },
    "cloudwatch": {"alarms": _all("describe_alarms", "MetricAlarms", "AlarmName")},
    "ec2": {
        "vpcs": lambda ec2, _: _own_vpcs(ec2),
        "subnets": _in_own("describe_subnets", "Subnets", "SubnetId"),
        "route tables": _in_own("describe_route_tables", "RouteTables", "RouteTableId"),
        "security groups": _in_own("describe_security_groups", "SecurityGroups", "GroupId"),
        "network interfaces": _all("describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
        "internet gateways": _all("describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
        "NAT gateways": _all("describe_nat_gateways", "NatGateways", "NatGatewayId"),
        "addresses": _all("describe_addresses", "Addresses", "AllocationId"),
        "endpoints": _all("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
        "flow logs": _all("describe_flow_logs", "FlowLogs", "FlowLogId"),
    },
    "ecr": {
        "repositories": _all("describe_repositories", "repositories", "repositoryName"),
        "cache rules": _all("describe_pull_through_cache_rules", "pullThroughCacheRules", "ecrRepositoryPrefix"),
        "templates": _all("describe_repository_creation_templates", "repositoryCreationTemplates", "prefix"),
    },
    "eks": {
        "clusters": lambda eks, _: eks.list_clusters()["clusters"],
        "access entries": _of_clusters("list_access_entries", "accessEntries"),
        "add-ons": _of_clusters("list_addons", "addons"),
        "associations": lambda eks, _: [
            one["associationId"]
            for cluster in eks.list_clusters()["clusters"]
            for one in eks.list_pod_identity_associations(clusterName=cluster)["associations"]
        ],
    },
    "iam": {
        "roles": _all("list_roles", "Roles", "RoleName"),
        "policies": lambda iam, _: [one["Arn"] for one in iam.list_policies(Scope="Local")["Policies"]],
        "identity providers": _all("list_open_id_connect_providers", "OpenIDConnectProviderList", "Arn"),
        "users": _all("list_users", "Users", "UserName"),
    },
    "kms": {
        "keys": _keys,
        "aliases": lambda kms, _: [
            one["AliasName"] for one in kms.list_aliases()["Aliases"] if not one["AliasName"].startswith("alias/aws/")
        ],
    },
    "logs": {"groups": _all("describe_log_groups", "logGroups", "logGroupName")},
    "route53": {"zones": _all("list_hosted_zones", "HostedZones", "Id")},
    "s3": {"buckets": _all("list_buckets", "Buckets", "Name")},
    "s3control": {"public access block": _block},
    "sns": {
        "topics": _all("list_topics", "Topics", "TopicArn"),
        "subscriptions": _all("list_subscriptions", "Subscriptions", "SubscriptionArn"),
    },
    "sqs": {"queues": lambda sqs, _: sqs.list_queues().get("QueueUrls", [])},
}
