import pytest

from tests.infra import stacks
from tests.infra.platform.foundation.aws import test_entrance
from tests.infra.recording import Recording
from tests.infra.values import Object

ZONES = ("eu-central-1a", "eu-central-1b", "eu-central-1c")
# By these a subnet's way out is open.
LEADS = ("Route", "RouteTableAssociation")


def opened(kind: str, *zones: str) -> set[str]:
    subnets = [f"network-{kind}-{zone}" for zone in zones]
    return {f"Route {one}-out" for one in subnets} | {f"RouteTableAssociation {one}" for one in subnets}


def test_each_zone_has_a_private_and_a_public_subnet_that_load_balancers_find() -> None:
    subnets = {one.name: one.inputs for one in stacks.platform("prod").of("Subnet")}
    assert {name.removeprefix("network-") for name in subnets} == {
        f"{kind}-{zone}" for kind in ("private", "public") for zone in ZONES
    }
    for name, one in subnets.items():
        role = "kubernetes.io/role/internal-elb" if "private" in name else "kubernetes.io/role/elb"
        assert one["tags"][role] == "1"
        assert one["mapPublicIpOnLaunch"] is False
        assert name.endswith(one["availabilityZone"])


def way(platform: Recording, subnet: str) -> Object:
    """What the subnet of this name has its way out by, as its own table says."""
    table = f"RouteTable {subnet}"
    association = platform.one("RouteTableAssociation", subnet)
    assert association == {"subnetId": f"Subnet {subnet}", "routeTableId": table}
    route = {**platform.one("Route", f"{subnet}-out")}
    assert (route.pop("routeTableId"), route.pop("destinationCidrBlock")) == (table, "0.0.0.0/0")
    return route


@pytest.mark.parametrize(("stack", "gateways"), [("staging", 1), ("prod", 3)])
def test_private_subnets_lead_out_by_nat_and_public_ones_by_the_gateway(stack: str, gateways: int) -> None:
    platform = stacks.platform(stack)
    assert len(platform.of("NatGateway")) == len(platform.of("Eip")) == gateways
    assert len(platform.of("Route")) == len(platform.of("RouteTableAssociation")) == 2 * len(ZONES)
    for zone in ZONES:
        nat = f"NatGateway network-nat-{zone if gateways == len(ZONES) else ZONES[0]}"
        assert way(platform, f"network-private-{zone}") == {"natGatewayId": nat}
        assert way(platform, f"network-public-{zone}") == {"gatewayId": "InternetGateway network-internet"}
    for one in platform.of("NatGateway"):
        assert one.inputs["allocationId"] == f"Eip {one.name}"
        assert one.inputs["subnetId"] == f"Subnet {one.name.replace('-nat-', '-public-')}"


def test_a_way_out_works_when_its_subnet_leads_outside() -> None:
    for zone in ZONES:
        nat = stacks.platform("prod").resource("NatGateway", f"network-nat-{zone}")
        assert nat.waits_for(*LEADS) == opened("public", zone)


@pytest.mark.parametrize(("kind", "name"), [("Cluster", "cluster"), ("NodeClass", "nodes-class")])
def test_nothing_starts_in_a_subnet_before_it_has_its_way_out(kind: str, name: str) -> None:
    assert stacks.platform("prod").resource(kind, name).waits_for(*LEADS) == opened("private", *ZONES)


def test_nor_does_a_public_entrance() -> None:
    found = test_entrance.declared(test_entrance.PUBLIC).resource("Service", "traefik-service")
    assert found.waits_for(*LEADS) == opened("public", *ZONES)


def test_everything_that_is_said_is_written_down() -> None:
    log = stacks.platform("prod").one("FlowLog")
    assert log["trafficType"] == "ALL"
    assert log["logDestination"] == "arn:aws:s3:::slipway-prod-logs-444455556666/flows/"


def test_the_network_is_protected_where_the_stack_says_so() -> None:
    assert stacks.platform("prod").resource("Vpc").request.protect is True
    assert stacks.platform("staging").resource("Vpc").request.protect is False
