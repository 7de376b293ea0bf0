"""What runs inside the cluster from its beginning: cluster DNS and resource metrics."""

from typing import Any

from sandbox.kubernetes.addons import coredns, metrics_server
from sandbox.kubernetes.pki import Pki


def manifests(images: dict[str, str], pki: Pki) -> list[dict[str, Any]]:
    """All objects, in the order in which they are applied.

    Args:
        images: reference by name.
        pki: for the certificate at which metrics-server answers.
    """
    return [
        *coredns.manifests(images["coredns"]),
        *metrics_server.manifests(images["metrics-server"], pki),
    ]
