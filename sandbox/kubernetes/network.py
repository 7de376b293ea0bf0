"""The bridge on which pods and node meet. Its address says whose it is, and by that whose the KUBE- chains are."""

import ipaddress
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sandbox.kubernetes import addresses
from sandbox.kubernetes.host import run
from sandbox.kubernetes.layout import Layout

ALIAS: Final = "slipway sandbox "  # then the folder of the cluster, for people and for `owner`
DEFAULT_ROUTE: Final = 1  # bits; VPNs split the default route in two halves, which are as little in the way as it is
NETWORKS: Final = (addresses.POD_NETWORK, addresses.AWS_NETWORK, addresses.SERVICE_NETWORK)
PREFIX: Final = addresses.POD_NETWORK.partition("/")[2]


def bridge() -> dict[str, Any] | None:
    """What the kernel tells of the bridge, or None if there is no interface of that name."""
    return next((link for link in _links() if link["ifname"] == addresses.BRIDGE), None)


def is_ours(layout: Layout) -> bool:
    """Whether the bridge is there and was made for this sandbox."""
    found = bridge()
    return found is not None and found["address"] == layout.hardware_address


def owner() -> Path | None:
    """The state directory of the sandbox that made the bridge, if it says so."""
    found = bridge()
    alias = str(found.get("ifalias", "")) if found else ""
    return Path(alias.removeprefix(ALIAS)).parent if alias.startswith(ALIAS) else None


def prepare(layout: Layout) -> None:
    """Make the bridge with its address, unless it is there."""
    if bridge() is None:
        run(["ip", "link", "add", addresses.BRIDGE, "address", layout.hardware_address, "type", "bridge"])
    run(["ip", "link", "set", addresses.BRIDGE, "alias", f"{ALIAS}{layout.cluster}"])
    # See machine.NEEDED: the kernel heeds this and the setting for all interfaces.
    Path(f"/proc/sys/net/ipv4/conf/{addresses.BRIDGE}/send_redirects").write_text("0")
    run(["ip", "address", "replace", f"{addresses.NODE_ADDRESS}/{PREFIX}", "dev", addresses.BRIDGE])
    for address in (addresses.AWS_ENDPOINT, addresses.POD_IDENTITY):
        run(["ip", "address", "replace", f"{address}/32", "dev", addresses.BRIDGE])
    run(["ip", "link", "set", addresses.BRIDGE, "up"])
    # So that this machine speaks to services from the bridge's address, which pods know how to answer.
    for network in (addresses.SERVICE_NETWORK, addresses.AWS_NETWORK):
        run(["ip", "route", "replace", network, "dev", addresses.BRIDGE])


def detach_pods() -> None:
    """Remove the virtual cables of pods that are gone."""
    for link in _links():
        if link.get("master") == addresses.BRIDGE:
            run(["ip", "link", "delete", str(link["ifname"])])


def remove() -> None:
    """Remove the bridge."""
    run(["ip", "link", "delete", addresses.BRIDGE])


def overlapping() -> str | None:
    """Whose network, other than ours, overlaps one of ours, as words for people."""
    ours = [ipaddress.ip_network(network) for network in NETWORKS]
    for what, interface, network in (*_networks(), *_routes()):
        if interface != addresses.BRIDGE and any(network.overlaps(one) for one in ours):
            return f"the {what} {network} of {interface}"
    return None


def _networks() -> Iterator[tuple[str, str, ipaddress.IPv4Network]]:
    for interface in json.loads(run(["ip", "-json", "-4", "address", "show"])):
        for address in interface["addr_info"]:
            network = ipaddress.IPv4Interface(f"{address['local']}/{address['prefixlen']}").network
            yield "network", interface["ifname"], network


def _routes() -> Iterator[tuple[str, str, ipaddress.IPv4Network]]:
    for route in json.loads(run(["ip", "-json", "-4", "route", "show"])):
        network = ipaddress.IPv4Network("0.0.0.0/0" if route["dst"] == "default" else route["dst"])
        if network.prefixlen > DEFAULT_ROUTE:
            yield "route to", route.get("dev", route.get("type", "this machine")), network


def _links() -> list[dict[str, Any]]:
    return json.loads(run(["ip", "-json", "link", "show"]))
