"""What runs can't change its own program."""

from collections.abc import Iterator

from policies import workloads
from policies.props import section
from policies.rule import rule
from policies.workloads import Container


@rule(workloads.containers)
def require_read_only_root(container: Container) -> Iterator[str]:
    """Every container's root file system is read-only."""
    if section(container.props, "securityContext").get("readOnlyRootFilesystem") is not True:
        yield f"{container} has no securityContext.readOnlyRootFilesystem: true; give it an emptyDir to write to"
