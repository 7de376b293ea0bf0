"""How much of a workload may be missing while nodes are drained and pods are replaced."""

from collections.abc import Mapping
from typing import Final

from pulumi_kubernetes.apps.v1 import DeploymentStrategyArgsDict
from pulumi_kubernetes.policy.v1 import PodDisruptionBudgetSpecArgsDict

REPLACEMENT: Final[DeploymentStrategyArgsDict] = {
    "type": "RollingUpdate",
    "rolling_update": {"max_unavailable": 0, "max_surge": 1},
}
"""A new pod is ready before an old one goes."""


def budget(selector: Mapping[str, str]) -> PodDisruptionBudgetSpecArgsDict:
    """The disruption budget of the pods with these labels: one of them at a time."""
    return {
        "max_unavailable": 1,
        "selector": {"match_labels": selector},
        # A pod that isn't ready serves nobody, so it must not hold up a node's drain.
        "unhealthy_pod_eviction_policy": "AlwaysAllow",
    }
