"""A VPC that exists, checked before anything is made in it."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from infra.platform.foundation.aws.config import ExistingNetwork
from infra.platform.foundation.aws.network import Surroundings

_KEY = "slipway-platform:foundation.aws.network.existing"


def surroundings(config: ExistingNetwork, provider: aws.Provider) -> Surroundings:
    """What others have to know of the VPC, if it is as the stack says.

    Raises:
        pulumi.RunError: (while the program runs) it hasn't got the names of its hosts, a subnet is in another VPC or
            zone, or a private one gives public addresses.
    """
    asked = pulumi.InvokeOptions(provider=provider)
    vpc = aws.ec2.get_vpc_output(id=config.vpc, opts=asked)
    sound = pulumi.Output.all(vpc.id, vpc.enable_dns_support, vpc.enable_dns_hostnames).apply(
        lambda known: _named(config.vpc, known[0], names=bool(known[1] and known[2]))
    )

    def cidrs(kind: str, subnets: Mapping[str, str]) -> pulumi.Output[list[str]]:
        return pulumi.Output.all(*(_cidr(kind, zone, id_, config.vpc, asked) for zone, id_ in subnets.items()))

    private = cidrs("privateSubnets", config.private_subnets)
    public = cidrs("publicSubnets", config.public_subnets)
    checked = pulumi.Output.all(sound, private, public)
    return Surroundings(
        vpc=sound,
        cidr=vpc.cidr_block,
        private=checked.apply(lambda _: list(config.private_subnets.values())),
        public=checked.apply(lambda _: list(config.public_subnets.values())),
        private_cidrs=private,
        store=pulumi.Output.from_input(list(config.store)),
        nat={},
    )


def _named(id_: str, found: str, *, names: bool) -> str:
    if not names:
        raise pulumi.RunError(
            f"{_KEY}.vpc = {id_!r} gives no names to hosts, and endpoints would not be found: "
            "set enableDnsSupport and enableDnsHostnames of it"
        )
    return found


def _cidr(kind: str, zone: str, id_: str, vpc: str, asked: pulumi.InvokeOptions) -> pulumi.Output[str]:
    subnet = aws.ec2.get_subnet_output(id=id_, opts=asked)

    def checked(known: list[object]) -> str:
        where, of, public, cidr = known
        refused = f"{_KEY}.{kind}.{zone} = {id_!r}"
        if of != vpc:
            raise pulumi.RunError(f"{refused} is in {of}, not in {vpc}: name one of that VPC")
        if where != zone:
            raise pulumi.RunError(f"{refused} is in {where}: put it there, or name one of {zone}")
        if public and kind == "privateSubnets":
            raise pulumi.RunError(f"{refused} gives public addresses to what starts there: name a private one")
        return str(cidr)

    return pulumi.Output.all(
        subnet.availability_zone, subnet.vpc_id, subnet.map_public_ip_on_launch, subnet.cidr_block
    ).apply(checked)
