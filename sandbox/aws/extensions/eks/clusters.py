"""Clusters: made in a VPC that is there, with the groups and addresses that EKS makes in it, and told whole."""

import base64
import re
import uuid
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from sandbox.aws.answers import Refused
from sandbox.aws.calls import Call
from sandbox.aws.extensions.eks import access, records
from sandbox.aws.extensions.eks.records import Record
from sandbox.aws.extensions.sts import trust
from sandbox.aws.handlers import instead

LOG_TYPES: Final = ("api", "audit", "authenticator", "controllerManager", "scheduler")
VERSIONS: Final = ("1.32", "1.33", "1.34", "1.35")
"""That EKS runs, oldest first; the newest is taken if none is named."""
_NAME: Final = re.compile(r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}")
_ZONES: Final = 2
_AUTO_NODE_POLICY: Final = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAutoNodePolicy"


@instead("eks", "CreateCluster")
def create(call: Call) -> Record:
    """Make a cluster, with an access entry for who makes it unless the call says not to."""
    wanted = call.parameters
    name: str = wanted["name"]
    if not _NAME.fullmatch(name):
        raise records.invalid(f"The cluster's name {name!r} does not match {_NAME.pattern}")
    if name in records.clusters(call):
        raise records.in_use(f"Cluster already exists with name: {name}")
    version = wanted.get("version", VERSIONS[-1])
    if version not in VERSIONS:
        raise records.invalid(f"unsupported Kubernetes version {version}: it is one of {', '.join(VERSIONS)}")
    network, found = _network(call, wanted["resourcesVpcConfig"])
    auto(wanted)
    cluster: Record = {
        "name": name,
        "arn": records.arn(call, "cluster", name),
        "createdAt": records.now(),
        "version": version,
        "platformVersion": "eks.1",
        "roleArn": records.role(call, wanted["roleArn"]),
        "resourcesVpcConfig": network,
        "kubernetesNetworkConfig": _addresses(wanted.get("kubernetesNetworkConfig", {})),
        "logging": logging(wanted.get("logging", {})),
        "identity": {"oidc": {"issuer": f"https://oidc.eks.{call.region}.amazonaws.com/id/{uuid.uuid4().hex.upper()}"}},
        "status": "ACTIVE",
        "health": {"issues": []},
        "tags": wanted.get("tags", {}),
        "encryptionConfig": wanted.get("encryptionConfig", []),
        "accessConfig": {
            "authenticationMode": "CONFIG_MAP",
            "bootstrapClusterCreatorAdminPermissions": True,
            **wanted.get("accessConfig", {}),
        },
        "upgradePolicy": {"supportType": "EXTENDED", **wanted.get("upgradePolicy", {})},
        "zonalShiftConfig": {"enabled": False, **wanted.get("zonalShiftConfig", {})},
        "computeConfig": {"enabled": False, **wanted.get("computeConfig", {})},
        "storageConfig": wanted.get("storageConfig", {"blockStorage": {"enabled": False}}),
        "deletionProtection": wanted.get("deletionProtection", False),
        "controlPlaneScalingConfig": {"tier": "standard", **wanted.get("controlPlaneScalingConfig", {})},
    }
    made: Record = {"cluster": cluster, "entries": {}, "addons": {}, "associations": {}, "updates": {}}
    made["interfaces"] = _settle(call, cluster, found)
    records.clusters(call)[name] = made
    _bootstrap(call, made)
    return {"cluster": {**_told(call, cluster), "status": "CREATING"}}


@instead("eks", "DescribeCluster")
def describe(call: Call) -> Record:
    """Tell all of a cluster."""
    return {"cluster": _told(call, records.record(call)["cluster"])}


@instead("eks", "ListClusters")
def names(call: Call) -> Record:
    """Tell the names of the clusters."""
    return records.page(call, "clusters", records.clusters(call))


@instead("eks", "DeleteCluster")
def delete(call: Call) -> Record:
    """Remove a cluster with its entries, add-ons and associations, unless it is protected."""
    made = records.record(call)
    cluster = made["cluster"]
    if cluster["deletionProtection"]:
        raise Refused("InvalidRequestException", f"Cluster {cluster['name']} has deletion protection: disable it first")
    ec2 = call.backend_of("ec2")
    for interface in made["interfaces"]:
        ec2.enis.pop(interface, None)
    ec2.delete_security_group(group_id=cluster["resourcesVpcConfig"]["clusterSecurityGroupId"])
    del records.clusters(call)[cluster["name"]]
    return {"cluster": {**_told(call, cluster), "status": "DELETING"}}


@instead("eks", "DescribeClusterVersions")
def versions(call: Call) -> Record:
    """Tell the versions of Kubernetes that there are."""
    asked = call.parameters.get("clusterVersions") or VERSIONS
    told = [
        {
            "clusterVersion": version,
            "clusterType": "eks",
            "defaultVersion": version == VERSIONS[-1],
            "status": "standard-support",
            "versionStatus": "STANDARD_SUPPORT",
        }
        for version in reversed(VERSIONS)
        if version in asked
    ]
    return {"clusterVersions": told}


def auto(wanted: Mapping[str, Any]) -> None:
    """Look whether the three parts of Auto Mode are on or off together.

    Raises:
        Refused: they aren't.
    """
    parts = (
        wanted.get("computeConfig", {}).get("enabled", False),
        wanted.get("storageConfig", {}).get("blockStorage", {}).get("enabled", False),
        wanted.get("kubernetesNetworkConfig", {}).get("elasticLoadBalancing", {}).get("enabled", False),
    )
    if len(set(parts)) > 1:
        raise records.invalid(
            "For EKS Auto Mode, computeConfig, storageConfig.blockStorage and kubernetesNetworkConfig."
            f"elasticLoadBalancing must all be enabled or all be disabled, and they are {parts}"
        )


def logging(wanted: Mapping[str, Any]) -> Record:
    """Which logs are on, told as AWS does: all types, each in one of two lists.

    Raises:
        Refused: there is no such type.
    """
    on = {kind for one in wanted.get("clusterLogging", []) if one.get("enabled") for kind in one.get("types", [])}
    if unknown := on - set(LOG_TYPES):
        raise records.invalid(f"The log types {sorted(unknown)} are none of {', '.join(LOG_TYPES)}")
    return spread_logging(on)


def spread_logging(on: set[str]) -> Record:
    """The types in `on` as enabled, and the others as not."""
    told = [
        {"types": [kind for kind in LOG_TYPES if (kind in on) is enabled], "enabled": enabled}
        for enabled in (True, False)
    ]
    return {"clusterLogging": [one for one in told if one["types"]]}


def subnets(call: Call, wanted: list[str]) -> list[Any]:
    """The subnets by their ids, which lie in one VPC and in two zones at least.

    Raises:
        Refused: they don't, or one isn't there.
    """
    known = {one.id: one for zone in call.backend_of("ec2").subnets.values() for one in zone.values()}
    if missing := sorted(set(wanted) - set(known)):
        raise records.invalid(f"The subnet ID '{missing[0]}' does not exist")
    found = [known[one] for one in wanted]
    if len({one.vpc_id for one in found}) > 1:
        raise records.invalid("Subnets must be in the same VPC")
    if len({one.availability_zone for one in found}) < _ZONES:
        raise records.invalid("Subnets specified must be in at least two different AZs")
    return found


def groups(call: Call, wanted: list[str]) -> list[str]:
    """The ids of security groups that are there.

    Raises:
        Refused: one isn't.
    """
    for one in wanted:
        if call.backend_of("ec2").get_security_group_from_id(one) is None:
            raise records.invalid(f"The security group '{one}' does not exist")
    return wanted


def _network(call: Call, wanted: Mapping[str, Any]) -> tuple[Record, list[Any]]:
    found = subnets(call, wanted.get("subnetIds", []))
    network = {
        "endpointPublicAccess": True,
        "endpointPrivateAccess": False,
        **wanted,
        "securityGroupIds": groups(call, wanted.get("securityGroupIds", [])),
        "vpcId": found[0].vpc_id,
    }
    public = wanted.get("publicAccessCidrs") or ["0.0.0.0/0"]
    return {**network, "publicAccessCidrs": public if network["endpointPublicAccess"] else []}, found


def _addresses(wanted: Mapping[str, Any]) -> Record:
    return {
        "ipFamily": "ipv4",
        "serviceIpv4Cidr": "172.20.0.0/16",
        "elasticLoadBalancing": {"enabled": False},
        **wanted,
    }


def _settle(call: Call, cluster: Record, found: list[Any]) -> list[str]:
    # EKS makes a group for the cluster, and interfaces in its subnets that keep those from being deleted.
    ec2 = call.backend_of("ec2")
    name = f"eks-cluster-sg-{cluster['name']}-{str(uuid.uuid4().int)[:10]}"
    tags = {"Name": name, f"kubernetes.io/cluster/{cluster['name']}": "owned", "aws:eks:cluster-name": cluster["name"]}
    vpc = cluster["resourcesVpcConfig"]["vpcId"]
    group = ec2.create_security_group(name, "EKS created security group", vpc, tags)
    cluster["resourcesVpcConfig"]["clusterSecurityGroupId"] = group.id
    note = f"Amazon EKS {cluster['name']}"
    return [ec2.create_network_interface(one, None, group_ids=[group.id], description=note).id for one in found]


def _bootstrap(call: Call, made: Record) -> None:
    cluster = made["cluster"]
    if cluster["accessConfig"]["authenticationMode"] == "CONFIG_MAP":
        return
    if cluster["accessConfig"]["bootstrapClusterCreatorAdminPermissions"]:
        _, caller, _ = call.backend_of("sts").get_caller_identity(call.key, call.region)
        principal = trust.principal(caller)
        access.add(call, made, principal, "STANDARD")
        access.associate(made, principal, access.ADMINISTRATOR, {"type": "cluster", "namespaces": []})
    if node_role := cluster["computeConfig"].get("nodeRoleArn"):
        access.add(call, made, records.role(call, node_role), "EC2")
        access.associate(made, node_role, _AUTO_NODE_POLICY, {"type": "cluster", "namespaces": []})


def _told(call: Call, cluster: Record) -> Record:
    told = deepcopy(cluster)
    behind = call.surroundings.cluster
    name = cluster["identity"]["oidc"]["issuer"].rpartition("/")[2]
    told["endpoint"] = f"https://{name}.gr7.{call.region}.eks.amazonaws.com"
    told["certificateAuthority"] = {"data": base64.b64encode(b"no cluster stands behind this one").decode()}
    if behind:
        told["endpoint"] = behind.endpoint
        told["certificateAuthority"] = {"data": behind.authority}
        if behind.issuer:
            told["identity"] = {"oidc": {"issuer": behind.issuer}}
    return told
