"""A cluster's API is not for everyone to try."""

from collections.abc import Iterator
from typing import Final

from policies.cloud import kinds
from policies.props import Props, items, section
from policies.rule import rule

_EVERYONE: Final = ("0.0.0.0/0", "::/0")


@rule(kinds("aws:eks/cluster:Cluster"))
def forbid_open_cluster(cluster: Props) -> Iterator[str]:
    """Every cluster's API is private, or names the networks that may reach it."""
    network = section(cluster, "vpcConfig")
    if network.get("endpointPrivateAccess") is not True:
        yield "its API has no private endpoint, so nodes reach it from outside: set vpcConfig.endpointPrivateAccess"
    # AWS opens it to the world unless it is told otherwise.
    if network.get("endpointPublicAccess", True) is False:
        return
    found = list(items(network, "publicAccessCidrs"))
    if not found:
        yield "its API is open to the world: set vpcConfig.endpointPublicAccess to false, or name publicAccessCidrs"
    for everyone in (one for one in found if one in _EVERYONE):
        yield f"its API is open to {everyone!r}: name the networks that need it in vpcConfig.publicAccessCidrs"
