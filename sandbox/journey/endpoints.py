"""Where pods' traffic to the Kubernetes API ends, which is what network policies have to name.

Not the address of the service `kubernetes`: policies see traffic after that was translated.
"""

import ipaddress
from pathlib import Path
from typing import Any, Final

from sandbox.api import Api
from sandbox.errors import SandboxError

# Written by the API servers themselves, in every cluster.
SLICE: Final = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes"


def api_server(kubeconfig: Path) -> list[dict[str, Any]]:
    """The API servers' addresses and ports, as `apiServer` in the platform's configuration.

    Args:
        kubeconfig: of the cluster.

    Returns:
        `cidr` and `port` of each server.

    Raises:
        SandboxError: the cluster can't be reached or doesn't tell.
    """
    api = Api(kubeconfig)
    try:
        found = api.get(SLICE) or {}
    finally:
        api.close()
    servers = [ipaddress.ip_address(one) for endpoint in found.get("endpoints") or () for one in endpoint["addresses"]]
    ports = [port["port"] for port in found.get("ports") or ()]
    if not servers or not ports:
        raise SandboxError(
            f"the cluster of {kubeconfig} doesn't tell where its API server is (EndpointSlice default/kubernetes): "
            "is it Kubernetes, and does it run?"
        )
    # Their order is the cluster's own; another one each time would be a change of every network policy.
    return [
        {"cidr": str(ipaddress.ip_network(one)), "port": port} for one in sorted(servers, key=str) for port in ports
    ]
