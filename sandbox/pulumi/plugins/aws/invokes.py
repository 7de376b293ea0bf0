"""Functions that programs call: who am I, where am I, and what is there that somebody else made."""

# A property value is JSON whose shape is the user's, so patterns decide at run time what a checker can't know.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Callable, Mapping
from typing import Final

import grpc

from sandbox.pulumi.plugins.aws import shapes
from sandbox.pulumi.plugins.aws.calling import asked
from sandbox.pulumi.plugins.aws.clients import Clients
from sandbox.pulumi.plugins.replies import RefusedError
from sandbox.pulumi.plugins.wire import Properties, Value

Arguments = Properties


def _caller_identity(clients: Clients, region: str, arguments: Arguments) -> Properties:
    answer = asked(clients.api("sts", region), "sts", "GetCallerIdentity", {}, {})
    account = answer["account"]
    return {"accountId": account, "arn": answer["arn"], "userId": answer["userId"], "id": account}


def _region(clients: Clients, region: str, arguments: Arguments) -> Properties:
    description = partition(region)["regions"].get(region, {}).get("description", region)
    endpoint = f"ec2.{region}.{partition(region)['dnsSuffix']}"
    return {"region": region, "name": region, "id": region, "description": description, "endpoint": endpoint}


def _partition(clients: Clients, region: str, arguments: Arguments) -> Properties:
    found = partition(region)
    suffix = found["dnsSuffix"]
    reverse = ".".join(reversed(suffix.split(".")))
    return {
        "partition": found["partition"],
        "id": found["partition"],
        "dnsSuffix": suffix,
        "reverseDnsPrefix": reverse,
    }


def _availability_zones(clients: Clients, region: str, arguments: Arguments) -> Properties:
    wanted = {"filters": {"state": [arguments["state"]]}} if arguments.get("state") else {}
    answer = asked(clients.api("ec2", region), "ec2", "DescribeAvailabilityZones", wanted, {})
    zones = sorted(answer["availabilityZones"], key=lambda zone: zone["zoneName"])
    names, ids = [zone["zoneName"] for zone in zones], [zone["zoneId"] for zone in zones]
    return {"id": region, "region": region, "names": names, "zoneIds": ids, "groupNames": [region]}


def _vpc(clients: Clients, region: str, arguments: Arguments) -> Properties:
    api, which = clients.api("ec2", region), {"vpcId": arguments["id"]}
    found = _one("VPC", asked(api, "ec2", "DescribeVpcs", {"vpcIds": [arguments["id"]]}, {})["vpcs"], arguments)
    for attribute in ("enableDnsHostnames", "enableDnsSupport"):
        found |= asked(api, "ec2", "DescribeVpcAttribute", {**which, "attribute": attribute}, {})
    return {**found, "id": arguments["id"], "region": region, "tags": shapes.as_map(found.get("tags", []))}


def _subnet(clients: Clients, region: str, arguments: Arguments) -> Properties:
    asking = {"subnetIds": [arguments["id"]]}
    answer = asked(clients.api("ec2", region), "ec2", "DescribeSubnets", asking, {})
    found = _one("subnet", answer["subnets"], arguments)
    return {**found, "id": arguments["id"], "region": region, "tags": shapes.as_map(found.get("tags", []))}


def _zone(clients: Clients, region: str, arguments: Arguments) -> Properties:
    answer = asked(clients.api("route53", region), "route53", "GetHostedZone", {"id": arguments["zoneId"]}, {})
    zone = answer["hostedZone"]
    return {
        "comment": zone["config"].get("comment", ""),
        "id": arguments["zoneId"],
        "name": zone["name"].rstrip("."),
        "nameServers": sorted(answer.get("delegationSet", {}).get("nameServers", [])),
        "privateZone": zone["config"].get("privateZone", False),
        "zoneId": arguments["zoneId"],
    }


def _one(what: str, listed: list[Value], arguments: Arguments) -> Properties:
    if len(listed) != 1:
        raise RefusedError(grpc.StatusCode.NOT_FOUND, f"there are {len(listed)} of the {what} {arguments['id']!r}")
    return dict(listed[0])


def partition(region: str) -> Properties:
    """Botocore's entry for the partition that `region` lies in, AWS's commercial one if it knows no such region."""
    partitions: list[Properties] = shapes.LOADER.load_data("endpoints")["partitions"]
    return next((found for found in partitions if region in found["regions"]), partitions[0])


INVOKES: Final[Mapping[str, Callable[[Clients, str, Arguments], Properties]]] = {
    "aws:ec2/getSubnet:getSubnet": _subnet,
    "aws:ec2/getVpc:getVpc": _vpc,
    "aws:index/getAvailabilityZones:getAvailabilityZones": _availability_zones,
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
    "aws:route53/getZone:getZone": _zone,
}
