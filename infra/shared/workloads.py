"""What every workload of ours keeps to: what comes first, where its pods run, who they are, and how many may go.

Pods run at Pod Security's `restricted` level, as an unprivileged user and with a read-only root.
"""

from collections.abc import Mapping
from typing import Final

import pulumi
from pulumi_kubernetes.apps.v1 import DeploymentStrategyArgsDict
from pulumi_kubernetes.core.v1 import (
    EnvVarArgsDict,
    PodSecurityContextArgsDict,
    SecurityContextArgsDict,
    TopologySpreadConstraintArgsDict,
)
from pulumi_kubernetes.policy.v1 import PodDisruptionBudgetSpecArgsDict

REPLACEMENT: Final[DeploymentStrategyArgsDict] = {
    "type": "RollingUpdate",
    "rolling_update": {"max_unavailable": 0, "max_surge": 1},
}
"""A new pod is ready before an old one goes."""

CONTAINER: Final[SecurityContextArgsDict] = {
    "allow_privilege_escalation": False,
    "capabilities": {"drop": ["ALL"]},
    "read_only_root_filesystem": True,
    "run_as_non_root": True,
}
"""What a container may do."""


def identity(user: int) -> PodSecurityContextArgsDict:
    """The security context of pods whose processes run as user and group `user`."""
    return {
        "run_as_non_root": True,
        "run_as_user": user,
        "run_as_group": user,
        "fs_group": user,
        "seccomp_profile": {"type": "RuntimeDefault"},
    }


def spread(selector: dict[str, str]) -> list[TopologySpreadConstraintArgsDict]:
    """Keep the pods with these labels apart over zones and nodes; one that can't be kept apart runs all the same."""
    return [
        {
            "max_skew": 1,
            "topology_key": key,
            "when_unsatisfiable": "ScheduleAnyway",
            "label_selector": {"match_labels": selector},
        }
        for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
    ]


def budget(selector: Mapping[str, str]) -> PodDisruptionBudgetSpecArgsDict:
    """The disruption budget of the pods with these labels: one of them at a time."""
    return {
        "max_unavailable": 1,
        "selector": {"match_labels": selector},
        # A pod that isn't ready serves nobody, so it must not hold up a node's drain.
        "unhealthy_pod_eviction_policy": "AlwaysAllow",
    }


def after(value: pulumi.Input[str], *resources: pulumi.Resource) -> pulumi.Output[str]:
    """`value`, for resources that must not be made before `resources` are, nor go after them.

    Makes order flow with a value where Kubernetes only knows names: `depends_on` at a component would order its
    creation, but is not a dependency of what is inside it.
    """
    return pulumi.Output.all(value, *(one.urn for one in resources)).apply(lambda values: str(values[0]))


def variables(
    named: Mapping[str, pulumi.Input[str]], more: pulumi.Output[dict[str, str]]
) -> pulumi.Output[list[EnvVarArgsDict]]:
    """A container's environment: `named`, and `more` whose names only the platform knows."""

    def listed(known: Mapping[str, str]) -> list[EnvVarArgsDict]:
        # Each value by itself: what isn't known yet must not hide the others in a preview.
        return [{"name": name, "value": value} for part in (named, known) for name, value in part.items()]

    return more.apply(listed)
