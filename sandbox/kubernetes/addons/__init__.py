"""What is inside the cluster from its beginning: cluster DNS, resource metrics, and what EKS brings."""

from collections.abc import Mapping
from typing import Any

from sandbox.kubernetes.addons import coredns, eks, metrics_server
from sandbox.kubernetes.pki import Pki


def manifests(images: dict[str, str], pki: Pki, pools: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All objects, in the order in which they are applied.

    Args:
        images: reference by name.
        pki: for the certificates at which metrics-server and EKS' webhook answer.
        pools: the definition of NodePools.
    """
    return [
        *eks.manifests(pools, pki),
        *coredns.manifests(images["coredns"]),
        *metrics_server.manifests(images["metrics-server"], pki),
    ]
