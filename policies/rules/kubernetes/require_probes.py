"""Kubernetes can tell whether a container works."""

from collections.abc import Iterator
from typing import Final

from policies import workloads
from policies.props import across, objects, section
from policies.rule import rule
from policies.workloads import Container

_REQUESTS: Final = "http"
"""Name of the port at which a model server takes requests."""


@rule(workloads.long_running)
def require_probes(container: Container) -> Iterator[str]:
    """Every container that stays up has its probes, and none that loads a model has them wait behind requests."""
    loads_model = any(variable.get("name") == "MODEL_NAME" for variable in objects(container.props, "env"))

    def wrong(probe: str) -> Iterator[str]:
        if not container.props.get(probe):
            yield f"{container} has no {probe}"
        elif loads_model and _waits(container, probe):
            yield f"{container} has a {probe} that waits behind requests: ask at a port that takes none"

    yield from across(wrong, ["readinessProbe", "livenessProbe", *(["startupProbe"] if loads_model else [])])


def _waits(container: Container, probe: str) -> bool:
    asked = section(container.props, probe, "httpGet").get("port")
    taken = (port.get("containerPort") for port in objects(container.props, "ports") if port.get("name") == _REQUESTS)
    return asked is not None and (asked == _REQUESTS or asked in taken)
