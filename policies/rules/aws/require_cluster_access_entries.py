"""Who may do what in a cluster is said in one place, and nobody is its administrator by chance."""

from collections.abc import Iterator

from policies.cloud import kinds
from policies.props import Props, section
from policies.rule import rule


@rule(kinds("aws:eks/cluster:Cluster"))
def require_cluster_access_entries(cluster: Props) -> Iterator[str]:
    """Every cluster lets in whom access entries name, and nobody else."""
    access = section(cluster, "accessConfig")
    if access.get("authenticationMode") != "API":
        yield f"it signs people in by {access.get('authenticationMode')!r}: set accessConfig.authenticationMode to API"
    if access.get("bootstrapClusterCreatorAdminPermissions") is not False:
        yield (
            "whoever makes it is its administrator for good: "
            "set accessConfig.bootstrapClusterCreatorAdminPermissions to false"
        )
