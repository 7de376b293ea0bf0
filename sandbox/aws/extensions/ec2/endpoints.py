"""Endpoints of VPCs, with what moto drops: kinds of addresses, DNS options, and whether names are private."""

import json
from typing import Any, Final

from sandbox.aws.answers import Refused
from sandbox.aws.calls import Call
from sandbox.aws.handlers import after, before, instead
from sandbox.aws.services import records

_INTERFACE: Final = "Interface"


@before("ec2", "CreateVpcEndpoint", "ModifyVpcEndpoint")
def groups(call: Call) -> None:
    """Security groups are there."""
    wanted = [*call.parameters.get("SecurityGroupIds", []), *call.parameters.get("AddSecurityGroupIds", [])]
    for one in wanted:
        if call.backend.get_security_group_from_id(one) is None:
            raise Refused("InvalidSecurityGroupId.NotFound", f"The security group '{one}' does not exist")


@after("ec2", "CreateVpcEndpoint")
def keep(call: Call, told: dict[str, Any]) -> None:
    """Keep what moto drops."""
    endpoint = call.backend.vpc_end_points[told["VpcEndpoint"]["VpcEndpointId"]]
    endpoint.vpc_endpoint_type = told["VpcEndpoint"]["VpcEndpointType"] = endpoint.vpc_endpoint_type or "Gateway"
    kept = records(endpoint, "kept")
    kept["IpAddressType"] = call.parameters.get("IpAddressType", "ipv4")
    if endpoint.vpc_endpoint_type == _INTERFACE:
        kept["DnsOptions"] = {"DnsRecordIpType": "ipv4", **call.parameters.get("DnsOptions", {})}
    if not endpoint.security_group_ids and endpoint.vpc_endpoint_type == _INTERFACE:
        endpoint.security_group_ids.append(call.backend.get_default_security_group(endpoint.vpc_id).id)
    if endpoint.vpc_endpoint_type != _INTERFACE:
        endpoint.private_dns_enabled = False
    told["VpcEndpoint"].update(kept)


@after("ec2", "ModifyVpcEndpoint")
def change(call: Call, _: dict[str, Any]) -> None:
    """Change what moto ignores, and make or remove the interfaces of subnets that come or go."""
    wanted, ec2 = call.parameters, call.backend
    endpoint = ec2.vpc_end_points[wanted["VpcEndpointId"]]
    kept = records(endpoint, "kept")
    if "PrivateDnsEnabled" in wanted:
        endpoint.private_dns_enabled = wanted["PrivateDnsEnabled"]
    if "IpAddressType" in wanted:
        kept["IpAddressType"] = wanted["IpAddressType"]
    if "DnsOptions" in wanted:
        kept["DnsOptions"] = {**kept.get("DnsOptions", {}), **wanted["DnsOptions"]}
    if wanted.get("ResetPolicy"):
        endpoint.policy_document = json.dumps(endpoint.DEFAULT_POLICY)
    if endpoint.vpc_endpoint_type != _INTERFACE:
        return
    for interface in [ec2.enis[one] for one in endpoint.network_interface_ids]:
        if interface.subnet.id in wanted.get("RemoveSubnetIds", []):
            del ec2.enis[interface.id]
            endpoint.network_interface_ids.remove(interface.id)
    for subnet in wanted.get("AddSubnetIds", []):
        endpoint.network_interface_ids.append(ec2.create_network_interface(subnet, None).id)


@instead("ec2", "DeleteVpcEndpoints")
def delete(call: Call) -> dict[str, Any]:
    """Delete endpoints, each for itself: the answer names those that aren't there."""
    lost: list[dict[str, Any]] = []
    for one in call.parameters["VpcEndpointIds"]:
        endpoint = call.backend.vpc_end_points.get(one)
        if endpoint is None or endpoint.state == "deleted":
            why = {"Code": "InvalidVpcEndpointId.NotFound", "Message": f"The Vpc Endpoint Id '{one}' does not exist"}
            lost.append({"ResourceId": one, "Error": why})
        else:
            call.backend.delete_vpc_endpoints([one])
    return {"Unsuccessful": lost}


@after("ec2", "DescribeVpcEndpoints")
def tell(call: Call, told: dict[str, Any]) -> None:
    """Tell what was kept."""
    for one in told.get("VpcEndpoints", []):
        one.update(records(call.backend.vpc_end_points[one["VpcEndpointId"]], "kept"))
