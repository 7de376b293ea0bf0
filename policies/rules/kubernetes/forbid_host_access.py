"""Pods stay out of the node."""

from collections.abc import Iterator

from policies import workloads
from policies.props import Props, objects, section
from policies.rule import rule


@rule(workloads.pods)
def forbid_host_access(pod: Props) -> Iterator[str]:
    """No pod shares the node's network, processes or file system."""
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(field):
            yield f"the pod sets {field}: true, and must not"
    for volume in objects(pod, "volumes"):
        if "hostPath" in volume:
            path = section(volume, "hostPath").get("path")
            yield f"volume {volume.get('name')!r} is the node's {path!r}: use a volume that is the pod's own"
    for container in workloads.inside(pod):
        for port in objects(container.props, "ports"):
            if port.get("hostPort"):
                yield f"{container} takes hostPort {port['hostPort']}: use a Service"
