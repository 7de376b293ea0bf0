"""The labels of everything that Slipway declares in Kubernetes, made in one place.

A selector can't be changed once its workload exists, so it holds the name, the instance and the component, and
never a version.
"""

from enum import StrEnum, unique
from typing import Final


@unique
class Component(StrEnum):
    """What a pod is for: network policies and selectors tell them apart by it."""

    GATEWAY = "gateway"
    ROLLOUTS_CONTROLLER = "rollouts-controller"
    MODEL_SERVER = "model-server"
    VERIFICATION = "verification"


PART_OF: Final = {"app.kubernetes.io/part-of": "slipway", "app.kubernetes.io/managed-by": "pulumi"}


def selector(name: str, component: Component) -> dict[str, str]:
    """What never changes: for selectors."""
    return {"app.kubernetes.io/name": name, **of(component)}


def of(component: Component) -> dict[str, str]:
    """All pods of one kind, whatever their name: for network policies."""
    return {"app.kubernetes.io/component": component.value}


def labels(name: str, component: Component, version: str) -> dict[str, str]:
    """The recommended labels, for metadata."""
    return {**selector(name, component), "app.kubernetes.io/version": version, **PART_OF}
