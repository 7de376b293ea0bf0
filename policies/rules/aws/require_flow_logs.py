"""Who talked to whom in a network can be looked up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pulumi_policy import PolicyResource

from policies.cloud import of_stack
from policies.rule import stack_rule

_ALL: Final = ("ALL", "REJECT")


@dataclass(frozen=True)
class Network:
    """A network that a stack declares, and its flow logs."""

    resource: PolicyResource
    logs: Sequence[PolicyResource]

    @property
    def urn(self) -> str:
        """The network's URN."""
        return self.resource.urn


def _networks(stack: Sequence[PolicyResource]) -> Iterator[Network]:
    logs = list(of_stack("aws:ec2/flowLog:FlowLog")(stack))
    for one in of_stack("aws:ec2/vpc:Vpc")(stack):
        # Its id isn't known before it exists; what a value comes from is.
        mine = [log for log in logs if any(of.urn == one.urn for of in log.property_dependencies.get("vpcId", ()))]
        yield Network(one, mine)


@stack_rule(_networks)
def require_flow_logs(network: Network) -> Iterator[str]:
    """Every network logs its traffic, or at least what it refused."""
    if not any(log.props.get("trafficType") in _ALL for log in network.logs):
        yield f"network {network.resource.name!r} has no flow logs: give it a FlowLog of ALL traffic"
