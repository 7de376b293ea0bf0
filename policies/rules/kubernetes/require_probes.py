"""Kubernetes can tell whether a container works."""

from collections.abc import Iterator

from policies import workloads
from policies.props import objects
from policies.rule import rule
from policies.workloads import Container


@rule(workloads.long_running)
def require_probes(container: Container) -> Iterator[str]:
    """Every container that stays up has a readiness and a liveness probe, and a startup probe if it loads a model."""
    wanted = ["readinessProbe", "livenessProbe"]
    if any(variable.get("name") == "MODEL_NAME" for variable in objects(container.props, "env")):
        wanted.append("startupProbe")
    for probe in wanted:
        if not container.props.get(probe):
            yield f"{container} has no {probe}"
