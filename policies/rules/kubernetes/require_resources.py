"""The scheduler knows what a container needs, and the node what it may take."""

from collections.abc import Iterator

from policies import workloads
from policies.props import section
from policies.rule import rule
from policies.workloads import Container


@rule(workloads.containers)
def require_resources(container: Container) -> Iterator[str]:
    """Every container requests CPU and memory, and has limits for both."""
    if container.kind == "ephemeralContainers":
        return  # Kubernetes allows them none
    for side in ("requests", "limits"):
        for name in ("cpu", "memory"):
            if not section(container.props, "resources", side).get(name):
                yield f"{container} has no resources.{side}.{name}"
