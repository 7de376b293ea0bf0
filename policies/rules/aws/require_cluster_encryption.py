"""Secrets in a cluster are unreadable for whoever gets at its storage."""

from collections.abc import Iterator

from policies.cloud import kinds
from policies.props import Props, items, section
from policies.rule import rule


@rule(kinds("aws:eks/cluster:Cluster"))
def require_cluster_encryption(cluster: Props) -> Iterator[str]:
    """Every cluster encrypts its secrets with a key of ours."""
    found = section(cluster, "encryptionConfig")
    if "secrets" not in items(found, "resources") or not section(found, "provider").get("keyArn"):
        yield "it encrypts secrets with no key of yours: give encryptionConfig provider.keyArn and resources [secrets]"
