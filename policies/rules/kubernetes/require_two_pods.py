"""One pod may go and the other answers."""

from collections.abc import Iterator
from typing import Final

from policies import objects
from policies.autoscalers import FEWEST_PODS
from policies.objects import Object
from policies.props import Props
from policies.rule import rule

_FEWEST: Final = 2


def _autoscalers(resource_type: str, props: Props) -> Iterator[Object]:
    return (one for one in objects.declared(resource_type, props) if (one.group, one.kind) in FEWEST_PODS)


@rule(_autoscalers)
def require_two_pods(autoscaler: Object) -> Iterator[str]:
    """Every autoscaler keeps at least two pods."""
    key, unsaid = FEWEST_PODS[autoscaler.group, autoscaler.kind]
    found = autoscaler.spec.get(key, unsaid)
    number = int(found) if isinstance(found, int | float) else 0
    if number < _FEWEST:
        yield f"{autoscaler} has spec.{key} {number}: set it to {_FEWEST} or above"
