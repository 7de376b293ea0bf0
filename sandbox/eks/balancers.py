"""Load balancers for Services of EKS' class. There is one address for all of them, and a port of it for each of theirs.

Their status tells it beside a host name, and kube-proxy leads from there to the pods, for the networks that the Service
names. On AWS there is the name alone.
"""

from collections.abc import Sequence
from typing import Any, Final

from sandbox.eks.api import MERGE, NOT_FOUND, Api, ApiError

CLASS: Final = "eks.amazonaws.com/nlb"
DOMAIN: Final = "elb.sandbox.internal"


class Balancers:
    """Gives Services their load balancers.

    Args:
        api: the API server.
        address: that they all have.
    """

    def __init__(self, api: Api, address: str) -> None:
        self._api = api
        self._address = address

    def settle(self, services: Sequence[dict[str, Any]]) -> None:
        """Make every Service that asks for one tell where its load balancer is. Of two with one port the older has it.

        Raises:
            ApiError: the API server can't be reached, or refuses.
        """
        asking = [one for one in services if _asks(one)]
        taken: set[int] = set()
        for service in sorted(asking, key=lambda one: one["metadata"]["creationTimestamp"]):
            ports = {port["port"] for port in service["spec"]["ports"]}
            if ports & taken:
                continue
            taken |= ports
            wanted = {"hostname": host(service), "ip": self._address, "ipMode": "VIP"}
            status: dict[str, Any] = service.get("status", {}).get("loadBalancer") or {}
            if status.get("ingress") != [wanted]:
                self._tell(service, wanted)

    def _tell(self, service: dict[str, Any], where: dict[str, str]) -> None:
        metadata = service["metadata"]
        path = f"/api/v1/namespaces/{metadata['namespace']}/services/{metadata['name']}/status"
        try:
            self._api.call("PATCH", path, {"status": {"loadBalancer": {"ingress": [where]}}}, MERGE)
        except ApiError as error:
            if error.status != NOT_FOUND:  # it went meanwhile
                raise


def host(service: dict[str, Any]) -> str:
    """The name of a Service's load balancer, as AWS makes names."""
    metadata = service["metadata"]
    return f"k8s-{metadata['namespace'][:8]}-{metadata['name'][:8]}-{metadata['uid'][:8]}.{DOMAIN}"


def _asks(service: dict[str, Any]) -> bool:
    spec = service["spec"]
    return (
        spec.get("type") == "LoadBalancer"
        and spec.get("loadBalancerClass") == CLASS
        and "deletionTimestamp" not in service["metadata"]
    )
