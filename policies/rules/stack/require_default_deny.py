"""Traffic is what somebody has allowed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pulumi_policy import PolicyResource

from policies import label_selectors, objects
from policies.objects import Object
from policies.props import across, items, section
from policies.rule import stack_rule

_NAMESPACE: Final = ("core", "Namespace")
_POLICY: Final = ("networking.k8s.io", "NetworkPolicy")
_DIRECTIONS: Final = {"Ingress": "ingress", "Egress": "egress"}


@dataclass(frozen=True)
class Guarded:
    """A namespace that a stack declares.

    Attributes:
        namespace: the namespace.
        stack: what else the stack declares.
    """

    namespace: Object
    stack: Sequence[PolicyResource]

    @property
    def urn(self) -> str:
        """The namespace's URN."""
        return self.namespace.urn

    def denies(self, direction: str) -> bool:
        """Whether a policy stops all of its pods' traffic in one direction."""

        def stops(policy: Object) -> Iterator[bool]:
            yield (
                policy.namespace == self.namespace.name
                and direction in items(policy.spec, "policyTypes")
                and label_selectors.everything(section(policy.spec, "podSelector"))
                and not any(True for _ in items(policy.spec, _DIRECTIONS[direction]))
            )

        return any(across(stops, objects.of_stack(self.stack, _POLICY)))


def _namespaces(stack: Sequence[PolicyResource]) -> Iterator[Guarded]:
    return (Guarded(one, stack) for one in objects.of_stack(stack, _NAMESPACE))


@stack_rule(_namespaces)
def require_default_deny(guarded: Guarded) -> Iterator[str]:
    """Every namespace has a NetworkPolicy that stops all traffic which no other one allows."""
    for direction in _DIRECTIONS:
        if not guarded.denies(direction):
            yield (
                f"{guarded.namespace} has no NetworkPolicy that stops {direction} by default: "
                f"declare one with an empty podSelector, policyTypes [{direction}] and no rules"
            )
