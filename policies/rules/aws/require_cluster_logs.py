"""What happened in a cluster can be looked up."""

from collections.abc import Iterator
from typing import Final

from policies.cloud import kinds
from policies.props import Props, items
from policies.rule import rule

_LOGS: Final = ("api", "audit", "authenticator", "controllerManager", "scheduler")


@rule(kinds("aws:eks/cluster:Cluster"))
def require_cluster_logs(cluster: Props) -> Iterator[str]:
    """Every cluster writes all of its logs."""
    found = list(items(cluster, "enabledClusterLogTypes"))
    if missing := [one for one in _LOGS if one not in found]:
        yield f"it doesn't log {', '.join(missing)}: add them to enabledClusterLogTypes"
