"""Nothing takes connections from everyone."""

from collections.abc import Iterator
from typing import Final

from policies.cloud import kinds
from policies.props import Props, items, objects
from policies.rule import rule

_EVERYONE: Final = ("0.0.0.0/0", "::/0")


@rule(
    kinds(
        "aws:ec2/securityGroup:SecurityGroup",
        "aws:ec2/securityGroupRule:SecurityGroupRule",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    )
)
def forbid_open_ingress(group: Props) -> Iterator[str]:
    """No security group lets everyone in."""
    if group.get("type") == "egress":
        return
    found = [group.get("cidrIpv4"), group.get("cidrIpv6")]
    for one in (group, *objects(group, "ingress")):
        for key in ("cidrBlocks", "ipv6CidrBlocks"):
            found += items(one, key)
    for everyone in (one for one in found if one in _EVERYONE):
        yield f"it lets {everyone!r} in: name the networks that need it"
