"""How a VPC's network is divided: a quarter for each zone's private subnet, parts of the last one for the public."""

import ipaddress
from dataclasses import dataclass

from infra.platform.foundation.aws.config import ZONES


@dataclass(frozen=True, kw_only=True)
class Division:
    """Networks of the subnets, in the order of the zones.

    Attributes:
        private: for nodes and pods: of a /16, 16,384 addresses each.
        public: for NAT gateways and load balancers: of a /16, 4,096 each.
    """

    private: list[str]
    public: list[str]


def divide(cidr: str) -> Division:
    """Divide a VPC's network."""
    *private, rest = ipaddress.ip_network(cidr).subnets(prefixlen_diff=2)
    public = list(rest.subnets(prefixlen_diff=2))[:ZONES]
    return Division(private=list(map(str, private)), public=list(map(str, public)))
