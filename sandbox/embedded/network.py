"""The bridge on which pods and node meet. Its address says whose it is, and by that whose the KUBE- chains are."""

import ipaddress
import json
from pathlib import Path
from typing import Any, Final

from sandbox.embedded import addresses
from sandbox.embedded.commands import run
from sandbox.embedded.layout import Layout

PREFIX: Final = addresses.POD_NETWORK.partition("/")[2]


def bridge() -> dict[str, Any] | None:
    """What the kernel tells of the bridge, or None if there is no interface of that name."""
    return next((link for link in _links() if link["ifname"] == addresses.BRIDGE), None)


def is_ours(layout: Layout) -> bool:
    """Whether the bridge is there and was made for this sandbox."""
    found = bridge()
    return found is not None and found["address"] == layout.hardware_address


def prepare(layout: Layout) -> None:
    """Make the bridge with its address, unless it is there."""
    if bridge() is None:
        run(["ip", "link", "add", addresses.BRIDGE, "address", layout.hardware_address, "type", "bridge"])
    run(["ip", "link", "set", addresses.BRIDGE, "alias", f"slipway sandbox {layout.cluster}"])
    # See machine.NEEDED: the kernel heeds this and the setting for all interfaces.
    Path(f"/proc/sys/net/ipv4/conf/{addresses.BRIDGE}/send_redirects").write_text("0")
    run(["ip", "address", "replace", f"{addresses.NODE_ADDRESS}/{PREFIX}", "dev", addresses.BRIDGE])
    run(["ip", "link", "set", addresses.BRIDGE, "up"])
    # So that this machine speaks to services from the bridge's address, which pods know how to answer.
    run(["ip", "route", "replace", addresses.SERVICE_NETWORK, "dev", addresses.BRIDGE])


def detach_pods() -> None:
    """Remove the virtual cables of pods that are gone."""
    for link in _links():
        if link.get("master") == addresses.BRIDGE:
            run(["ip", "link", "delete", str(link["ifname"])])


def remove() -> None:
    """Remove the bridge."""
    run(["ip", "link", "delete", addresses.BRIDGE])


def overlapping() -> str | None:
    """The interface, other than ours, whose network overlaps the pods' or the services', as a line for people."""
    ours = [ipaddress.ip_network(network) for network in (addresses.POD_NETWORK, addresses.SERVICE_NETWORK)]
    for interface in json.loads(run(["ip", "-json", "-4", "address", "show"])):
        for address in interface["addr_info"]:
            network = ipaddress.ip_interface(f"{address['local']}/{address['prefixlen']}").network
            if interface["ifname"] != addresses.BRIDGE and any(network.overlaps(one) for one in ours):
                return f"{interface['ifname']} ({network})"
    return None


def _links() -> list[dict[str, Any]]:
    return json.loads(run(["ip", "-json", "link", "show"]))
