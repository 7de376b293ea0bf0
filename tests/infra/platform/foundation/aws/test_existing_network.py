from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from tests.infra import stacks
from tests.infra.changes import put
from tests.infra.platform.foundation.aws.test_config import EXISTING, PLACE
from tests.infra.recording import Recording
from tests.infra.values import Object

VPC = {
    "id": EXISTING["vpc"],
    "cidrBlock": "10.0.0.0/16",
    "enableDnsSupport": True,
    "enableDnsHostnames": True,
}
PRIVATE: Mapping[str, str] = EXISTING["privateSubnets"]
KEY = "network.existing"


def subnet(zone: str, **changes: object) -> Object:
    return {
        "id": PRIVATE[zone],
        "vpcId": EXISTING["vpc"],
        "availabilityZone": zone,
        "cidrBlock": f"10.0.{ord(zone[-1]) - 96}.0/24",
        "mapPublicIpOnLaunch": False,
    } | changes


def declared(vpc: Mapping[str, object] = VPC, **subnets: Object) -> Recording:
    config = stacks.aws_configuration()
    put(*PLACE, "network", value={"existing": EXISTING})(config)
    known: dict[str, Any] = {
        "aws:ec2/getVpc:getVpc": {EXISTING["vpc"]: dict(vpc)},
        "aws:ec2/getSubnet:getSubnet": {id_: subnets.get(zone[-1], subnet(zone)) for zone, id_ in PRIVATE.items()},
    }
    return stacks.platform_on_aws(config, known=known)


def test_the_cluster_is_in_it_and_nothing_of_it_is_made() -> None:
    platform = declared()
    assert platform.one("Cluster")["vpcConfig"]["subnetIds"] == list(PRIVATE.values())
    assert [one.type for one in platform.resources if one.type.startswith(("aws:ec2", "aws:vpc"))] == []


def test_policies_name_its_networks() -> None:
    network = declared().outputs["network"]
    assert network["apiServer"] == [
        {"cidr": "172.20.0.1/32", "port": 443},
        *({"cidr": f"10.0.{zone}.0/24", "port": 443} for zone in (1, 2, 3)),
    ]
    assert network["modelStore"][0] == {"cidr": "10.0.0.0/20", "port": 443}


def test_the_entrance_is_open_to_it() -> None:
    assert declared().one("Service", "traefik-service")["spec"]["loadBalancerSourceRanges"] == ["10.0.0.0/16"]


@pytest.mark.parametrize(
    ("vpc", "subnets", "message"),
    [
        ({**VPC, "enableDnsHostnames": False}, {}, f"{KEY}.vpc = 'vpc-0a1b2c3d4e5f60718' gives no names to hosts"),
        (
            VPC,
            {"b": subnet("eu-central-1b", vpcId="vpc-other")},
            f"{KEY}.privateSubnets.eu-central-1b = '.*' is in vpc-",
        ),
        (
            VPC,
            {"c": subnet("eu-central-1c", availabilityZone="eu-central-1a")},
            "is in eu-central-1a: put it there",
        ),
        (VPC, {"a": subnet("eu-central-1a", mapPublicIpOnLaunch=True)}, "gives public addresses to what starts there"),
    ],
)
def test_what_does_not_fit_is_refused(vpc: Mapping[str, object], subnets: Mapping[str, Object], message: str) -> None:
    with pytest.raises(pulumi.RunError, match=message):
        declared(vpc, **subnets)
