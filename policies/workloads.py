"""Finds pods and containers in whatever declares them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from policies import objects, operated
from policies.objects import Object
from policies.props import Props, across, reach, section
from policies.props import objects as objects_at

LISTS: Final = ("containers", "initContainers", "ephemeralContainers")
_TEMPLATE: Final = ("spec.template.spec",)
_METRICS: Final = ("spec.metrics[].provider.job.spec.template.spec",)

PODS: Final[Mapping[tuple[str, str], Sequence[str]]] = {
    ("core", "Pod"): ("spec",),
    ("core", "PodTemplate"): ("template.spec",),
    ("core", "ReplicationController"): _TEMPLATE,
    ("apps", "DaemonSet"): _TEMPLATE,
    ("apps", "Deployment"): _TEMPLATE,
    ("apps", "ReplicaSet"): _TEMPLATE,
    ("apps", "StatefulSet"): _TEMPLATE,
    ("extensions", "DaemonSet"): _TEMPLATE,
    ("extensions", "Deployment"): _TEMPLATE,
    ("extensions", "ReplicaSet"): _TEMPLATE,
    ("batch", "CronJob"): ("spec.jobTemplate.spec.template.spec",),
    ("batch", "Job"): _TEMPLATE,
    ("argoproj.io", "AnalysisRun"): _METRICS,
    ("argoproj.io", "AnalysisTemplate"): _METRICS,
    ("argoproj.io", "ClusterAnalysisTemplate"): _METRICS,
    ("argoproj.io", "Experiment"): ("spec.templates[].template.spec",),
    ("argoproj.io", "Rollout"): _TEMPLATE,
    # These are no templates of pods: what they have of one is in `operated`.
    **{(operated.GROUP, kind): () for kind in operated.MAIN},
}
"""Where a kind, by its API group and its name, has its pods. What holds containers and isn't here is refused."""


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
    yield from across(_of, objects.declared(resource_type, props))


def containers(resource_type: str, props: Props) -> Iterator[Container]:
    """All containers of all pods that a resource declares."""
    yield from across(inside, pods(resource_type, props))


def inside(pod: Props) -> Iterator[Container]:
    """All containers of a pod, those of every list."""

    def of(kind: str) -> Iterator[Container]:
        return (Container(kind, container, pod) for container in objects_at(pod, kind))

    yield from across(of, LISTS)


def long_running(resource_type: str, props: Props) -> Iterator[Container]:
    """Containers that have to stay up: not those of Jobs, and of the initial ones only the side-cars."""
    for container in containers(resource_type, props):
        stays = container.kind == "containers" and container.pod.get("restartPolicy", "Always") == "Always"
        if stays or (container.kind == "initContainers" and container.props.get("restartPolicy") == "Always"):
            yield container


def _of(one: Object) -> Iterator[Props]:
    yield from operated.pods(one)
    yield from across(lambda path: reach(one.props, path), PODS.get((one.group, one.kind), ()))
