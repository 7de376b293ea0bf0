import ipaddress

import pytest

from infra.platform.foundation.aws.subnets import divide
from infra.platform.foundation.aws.vocabulary import VPC_PREFIXES


def test_a_vpc_is_divided() -> None:
    division = divide("10.40.0.0/16")
    assert division.private == ["10.40.0.0/18", "10.40.64.0/18", "10.40.128.0/18"]
    assert division.public == ["10.40.192.0/20", "10.40.208.0/20", "10.40.224.0/20"]


@pytest.mark.parametrize("prefix", VPC_PREFIXES)
def test_subnets_are_apart_and_inside(prefix: int) -> None:
    division = divide(f"10.40.0.0/{prefix}")
    networks = [ipaddress.ip_network(one) for one in (*division.private, *division.public)]
    assert len(networks) == 6
    assert not any(one.overlaps(other) for one in networks for other in networks if one is not other)
    assert all(ipaddress.ip_network(f"10.40.0.0/{prefix}").overlaps(one) for one in networks)
