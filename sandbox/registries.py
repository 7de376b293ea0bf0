"""How an image registry is spoken to."""

import ipaddress


def is_local(registry: str) -> bool:
    """Whether a registry (host, with or without a port) is on this machine, where it is spoken to in plain HTTP."""
    host = registry.rpartition(":")[0].strip("[]") or registry
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
