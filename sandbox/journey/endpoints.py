"""Where pods' traffic to the Kubernetes API and to the kubelets ends, which is what network policies have to name.

Not the address of the service `kubernetes`: policies see traffic after that was translated.
"""

import ipaddress
from pathlib import Path
from typing import Any, Final, TypeAlias

from sandbox.api import Api
from sandbox.errors import SandboxError

_Ip: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
# Written by the API servers themselves, in every cluster.
SLICE: Final = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes"
NODES: Final = "/api/v1/nodes"


def api_server(kubeconfig: Path) -> list[dict[str, Any]]:
    """The API servers' addresses and ports, as `apiServer` in the platform's configuration.

    Args:
        kubeconfig: of the cluster.

    Returns:
        `cidr` and `port` of each server.

    Raises:
        SandboxError: the cluster can't be reached or doesn't tell.
    """
    found = _get(kubeconfig, SLICE)
    servers = [ipaddress.ip_address(one) for endpoint in found.get("endpoints") or () for one in endpoint["addresses"]]
    ports = [port["port"] for port in found.get("ports") or ()]
    if not servers or not ports:
        raise SandboxError(
            f"the cluster of {kubeconfig} doesn't tell where its API server is (EndpointSlice default/kubernetes): "
            "is it Kubernetes, and does it run?"
        )
    return _named({(server, port) for server in servers for port in ports})


def kubelets(kubeconfig: Path) -> list[dict[str, Any]]:
    """The kubelets' addresses and ports, as `kubelets` in the platform's configuration.

    Args:
        kubeconfig: of the cluster.

    Returns:
        `cidr` and `port` of each, at the addresses that a node has inside of the cluster.

    Raises:
        SandboxError: the cluster can't be reached or doesn't tell.
    """
    found = {
        (ipaddress.ip_address(address["address"]), node["status"]["daemonEndpoints"]["kubeletEndpoint"]["Port"])
        for node in _get(kubeconfig, NODES).get("items") or ()
        for address in node["status"].get("addresses") or ()
        if address["type"] == "InternalIP"
    }
    if not found:
        raise SandboxError(f"the cluster of {kubeconfig} doesn't tell where its kubelets are: has it nodes?")
    return _named(found)


def _get(kubeconfig: Path, path: str) -> dict[str, Any]:
    api = Api(kubeconfig)
    try:
        return api.get(path) or {}
    finally:
        api.close()


def _named(found: set[tuple[_Ip, int]]) -> list[dict[str, Any]]:
    # Their order is the cluster's own; another one each time would be a change of every network policy.
    return [{"cidr": str(ipaddress.ip_network(one)), "port": port} for one, port in sorted(found, key=str)]
