"""The orders that AWS insists on: nothing goes while another needs it, and nothing leads to what is not there."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from sandbox.aws.answers import Refused
from sandbox.aws.calls import Call
from sandbox.aws.handlers import after, before

_GONE = {"deleted", "deleting"}


@before("ec2", "DeleteSubnet")
def subnet(call: Call) -> None:
    """A subnet has no interfaces left: of NAT gateways, endpoints, clusters or anything else."""
    wanted = call.parameters["SubnetId"]
    if held := [one.id for one in _interfaces(call) if one.subnet.id == wanted]:
        raise _depends(f"The subnet '{wanted}' has dependencies and cannot be deleted.", held)


@before("ec2", "DeleteVpc")
def vpc(call: Call) -> None:
    """A VPC has nothing left but what it was born with."""
    ec2, wanted = call.backend, call.parameters["VpcId"]
    held = [
        *(one.id for one in ec2.internet_gateways.values() if one.vpc and one.vpc.id == wanted),
        *(one.id for one in ec2.groups.get(wanted, {}).values() if one.name != "default"),
        *(one.id for one in ec2.vpc_end_points.values() if one.vpc_id == wanted and one.state not in _GONE),
        *(one.id for one in ec2.nat_gateways.values() if one.vpc_id == wanted and one.state not in _GONE),
    ]
    if held:
        raise _depends(f"The vpc '{wanted}' has dependencies and cannot be deleted.", held)


@before("ec2", "DetachInternetGateway")
def gateway_in_use(call: Call) -> None:
    """An internet gateway stays while a public address of its VPC is in use."""
    wanted = call.parameters["VpcId"]
    if held := [one.public_ip for one in call.backend.addresses if one.eni and one.eni.subnet.vpc_id == wanted]:
        raise _depends(f"Network {wanted} has some mapped public address(es). Please unmap those.", held)


@before("ec2", "AttachInternetGateway")
def one_gateway(call: Call) -> None:
    """A VPC has one internet gateway."""
    wanted = call.parameters["VpcId"]
    if any(one.vpc and one.vpc.id == wanted for one in call.backend.internet_gateways.values()):
        raise Refused("InvalidParameterValue", f"Network {wanted} already has an internet gateway attached")


@before("ec2", "ReleaseAddress")
def address(call: Call) -> None:
    """An address stays while an interface has it."""
    wanted = call.parameters.get("AllocationId")
    for one in call.backend.addresses:
        if one.allocation_id == wanted and one.association_id:
            raise Refused("InvalidIPAddress.InUse", f"Address {one.public_ip} is in use: it belongs to {one.eni.id}")


@before("ec2", "DeleteSecurityGroup")
def group(call: Call) -> None:
    """A security group stays while an interface or an endpoint has it, or a rule of another group names it."""
    ec2, wanted = call.backend, call.parameters.get("GroupId")
    held = [
        *(one.id for one in _interfaces(call) if any(has.id == wanted for has in one.group_set)),
        *(one.id for one in ec2.vpc_end_points.values() if wanted in one.security_group_ids and one.state not in _GONE),
        *(one.id for one in _groups(call) if one.id != wanted and _names(one, wanted)),
    ]
    if held:
        raise _depends(f"resource {wanted} has a dependent object", held)


@before("ec2", "CreateRoute", "ReplaceRoute")
def route(call: Call) -> None:
    """A route leads to a NAT gateway that is there."""
    wanted = call.parameters.get("NatGatewayId")
    gateways = call.backend.nat_gateways
    if wanted and (wanted not in gateways or gateways[wanted].state in _GONE):
        raise Refused("InvalidNatGatewayID.NotFound", f"The natGateway ID '{wanted}' does not exist")


@before("ec2", "AssociateRouteTable")
def association(call: Call) -> None:
    """A subnet has one route table."""
    table, wanted = call.parameters["RouteTableId"], call.parameters.get("SubnetId")
    for one in call.backend.route_tables.values():
        if wanted in one._associations.values() and one.id != table:
            raise Refused("Resource.AlreadyAssociated", f"the specified association for route table {table} conflicts")


@after("ec2", "DeleteNatGateway")
def release_interface(call: Call, _: dict[str, Any]) -> None:
    """A NAT gateway gives its interface and its address back, which moto keeps."""
    gateway = call.backend.nat_gateways[call.parameters["NatGatewayId"]]
    interface = gateway._eni
    for one in call.backend.addresses:
        if one.eni is interface:
            one.eni = one.association_id = None
    call.backend.enis.pop(interface.id, None)


def _interfaces(call: Call) -> Iterator[Any]:
    return iter(call.backend.enis.values())


def _groups(call: Call) -> Iterator[Any]:
    return (one for groups in call.backend.groups.values() for one in groups.values())


def _names(group: Any, wanted: str | None) -> bool:
    rules = [*group.ingress_rules, *group.egress_rules]
    return any(rule.source_group.get("GroupId") == wanted for rule in rules)


def _depends(message: str, held: list[str]) -> Refused:
    return Refused("DependencyViolation", f"{message} ({', '.join(sorted(held))})", HTTPStatus.BAD_REQUEST)
