"""Finds pods and containers in whatever declares them.

By shape, not by a list of kinds: Deployments, Jobs and Rollouts keep their pods at `spec.template.spec`, and so does
the next controller that somebody installs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from policies.props import Props, objects, section

_CONTAINERS: Final = ("containers", "initContainers", "ephemeralContainers")
_PODS: Final = (
    ("spec",),  # Pod
    ("template", "spec"),  # PodTemplate
    ("spec", "template", "spec"),  # Deployment, Job, Rollout, …
    ("spec", "jobTemplate", "spec", "template", "spec"),  # CronJob
)


@dataclass(frozen=True)
class Container:
    """A container and the pod that it is in.

    Attributes:
        kind: which of the pod's lists it is in, like `initContainers`.
        props: as declared.
        pod: the pod's spec.
    """

    kind: str
    props: Props
    pod: Props

    def security(self, field: str) -> Any:
        """A field of the container's security context or, if it hasn't got it, of the pod's."""
        own = section(self.props, "securityContext").get(field)
        return section(self.pod, "securityContext").get(field) if own is None else own

    def __str__(self) -> str:
        return f"container {self.props.get('name')!r}"


def pods(resource_type: str, props: Props) -> Iterator[Props]:
    """The pod specs that a resource declares; none if it is no workload."""
    if resource_type.startswith("kubernetes:"):
        for declared in (props, *objects(props, "items")):  # items: a list, like DeploymentList
            for path in _PODS:
                if "containers" in (pod := section(declared, *path)):
                    yield pod


def containers(resource_type: str, props: Props) -> Iterator[Container]:
    """All containers of all pods that a resource declares."""
    for pod in pods(resource_type, props):
        yield from inside(pod)


def inside(pod: Props) -> Iterator[Container]:
    """All containers of a pod, those of every list."""
    for kind in _CONTAINERS:
        for container in objects(pod, kind):
            yield Container(kind, container, pod)


def long_running(resource_type: str, props: Props) -> Iterator[Container]:
    """Containers that have to stay up: not those of Jobs, and of the initial ones only the side-cars."""
    for container in containers(resource_type, props):
        stays = container.kind == "containers" and container.pod.get("restartPolicy", "Always") == "Always"
        if stays or (container.kind == "initContainers" and container.props.get("restartPolicy") == "Always"):
            yield container
