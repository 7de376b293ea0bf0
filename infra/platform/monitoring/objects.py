"""What objects of the Prometheus operator have in common: how their pods run, and where these keep their data."""

from typing import Any, Final

from infra.platform.monitoring.operator import USER
from infra.shared.quantities import Quantity

AWAITED: Final = {"pulumi.com/waitFor": "condition=Available"}
"""An annotation: `pulumi up` ends when the operator has all pods ready, or tells why not."""


def pods(image: str, version: str, labels: dict[str, str]) -> dict[str, Any]:
    """The parts of a spec that say how pods run; containers are the operator's, as guarded as ours.

    Args:
        image: by digest.
        version: of what is in it, by which the operator knows its arguments.
        labels: of each pod.
    """
    return {
        "image": image,
        "version": version,
        "podMetadata": {"labels": labels},
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "terminationGracePeriodSeconds": 60,
        "logFormat": "json",
    }


def storage(size: Quantity, storage_class: str | None) -> dict[str, Any]:
    """Where a pod keeps its data: a volume of its own that outlives it, or a bounded part of its node's disk."""
    if storage_class is None:
        return {"emptyDir": {"sizeLimit": str(size)}}
    return {
        "volumeClaimTemplate": {
            "spec": {"storageClassName": storage_class, "resources": {"requests": {"storage": str(size)}}}
        }
    }
