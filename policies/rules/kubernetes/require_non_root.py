"""Nothing runs as root, nor as a user that the node knows."""

from collections.abc import Iterator
from typing import Final

from policies import workloads
from policies.rule import rule
from policies.workloads import Container

_LOWEST: Final = 10_000


@rule(workloads.containers)
def require_non_root(container: Container) -> Iterator[str]:
    """Every container runs as a user and group of 10000 or above."""
    if container.security("runAsNonRoot") is not True:
        yield f"{container} has no securityContext.runAsNonRoot: true"
    for field in ("runAsUser", "runAsGroup"):
        found = container.security(field)
        if not isinstance(found, int | float):
            yield f"{container} has no securityContext.{field}: set it to {_LOWEST} or above"
        elif found < _LOWEST:
            yield f"{container} has securityContext.{field} {int(found)}: set it to {_LOWEST} or above"
