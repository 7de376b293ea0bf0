"""The metadata of everything that Slipway declares in Kubernetes: names, labels, and who manages its fields.

A selector can't be changed once its workload exists, so it holds the name and the component, and never a version.
"""

from collections.abc import Mapping
from enum import StrEnum, unique
from typing import Final

import pulumi
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict


@unique
class Component(StrEnum):
    """What a pod is for: network policies and selectors tell them apart by it."""

    GATEWAY = "gateway"
    ROLLOUTS_CONTROLLER = "rollouts-controller"
    MODEL_SERVER = "model-server"
    VERIFICATION = "verification"
    GOLDEN_READINGS = "golden-readings"
    PROMETHEUS_OPERATOR = "prometheus-operator"
    PROMETHEUS = "prometheus"
    ALERTMANAGER = "alertmanager"
    AUTOSCALER = "autoscaler"
    METRICS_API = "metrics-api"


EVERY_PROMETHEUS: Final = {"app.kubernetes.io/name": "prometheus"}
"""The pods of every Prometheus that its operator makes, the platform's and a cluster's own: for network policies."""


PART_OF: Final = {"app.kubernetes.io/part-of": "slipway", "app.kubernetes.io/managed-by": "pulumi"}
FIELD_MANAGER: Final = "pulumi.com/patchFieldManager"


def metadata(
    name: pulumi.Input[str],
    labels: Mapping[str, str],
    namespace: pulumi.Input[str] | None = None,
    annotations: Mapping[str, pulumi.Input[str]] | None = None,
) -> ObjectMetaArgsDict:
    """The metadata of an object of ours.

    The provider would make up a field manager for each object and keep its name in the state alone, so that a run
    that was killed would leave fields to a manager that nobody knows any more. A name that follows from project and
    stack outlives it, and tells another stack that wants the same object that it is taken.

    Args:
        name: the object's name.
        labels: beside those that everything of ours has.
        namespace: where it is; None for what is in none.
        annotations: beside the field manager's.
    """
    found: ObjectMetaArgsDict = {
        "name": name,
        "labels": {**labels, **PART_OF},
        "annotations": {
            **(annotations or {}),
            FIELD_MANAGER: f"slipway-{pulumi.get_project()}-{pulumi.get_stack()}",
        },
    }
    if namespace is not None:
        found["namespace"] = namespace
    return found


def selector(name: str, component: Component) -> dict[str, str]:
    """What never changes: for selectors."""
    return {"app.kubernetes.io/name": name, **of(component)}


def of(component: Component) -> dict[str, str]:
    """All pods of one kind, whatever their name: for network policies."""
    return {"app.kubernetes.io/component": component.value}


def labels(name: str, component: Component, version: str) -> dict[str, str]:
    """The recommended labels, for pods and for what changes with their version."""
    return {**selector(name, component), "app.kubernetes.io/version": version, **PART_OF}
