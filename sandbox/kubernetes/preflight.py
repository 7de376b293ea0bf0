"""Everything that would make `up` fail later and can be known now: checked before anything is changed."""

import os
import re
import shlex
import shutil
import sys
from pathlib import Path
from typing import Final

from sandbox import space
from sandbox.errors import SandboxError
from sandbox.kubernetes import addresses, firewall, network, processes
from sandbox.kubernetes.addresses import Endpoint
from sandbox.kubernetes.containerd import CNI_PLUGINS
from sandbox.kubernetes.host import run
from sandbox.kubernetes.layout import Layout
from sandbox.kubernetes.processes import SYSTEM_PATH
from sandbox.state import State

BUILT: Final = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-proxy",
    "kube-scheduler",
    "kubelet",
    "network-policies",
)
INSTALLED: Final = ("containerd", "docker-registry", "ip", "iptables", "nsenter", "runc", "setsid", "ss", "unshare")
STATUS: Final = Path("/proc/self/status")
CAPABILITIES: Final = {"CAP_NET_ADMIN": 12, "CAP_SYS_ADMIN": 21}  # with their bits, from linux/capability.h
ANYWHERE: Final = frozenset({"*", "0.0.0.0", "[::]"})  # noqa: S104 - compared with, not bound to


def program(name: str) -> Path:
    """The system's program `name`.

    Raises:
        SandboxError: it is not installed.
    """
    found = shutil.which(name, path=SYSTEM_PATH)
    if found is None:
        raise SandboxError(f"{name} is not installed: run `make setup`")
    return Path(found)


def is_installed() -> bool:
    """Whether every program is there without which no sandbox can have been up."""
    return all(shutil.which(name, path=SYSTEM_PATH) for name in INSTALLED)


def need_root() -> None:
    """Refuse to work, or to judge, without the rights to see and change what the sandbox is made of.

    Raises:
        SandboxError: this is another user, or a root with fewer rights.
    """
    if os.geteuid():
        raise SandboxError("the embedded sandbox needs root (namespaces, mounts, packet filter): run this with sudo")
    found = re.search(r"^CapEff:\s*([0-9a-f]+)$", STATUS.read_text(), re.MULTILINE)
    effective = int(found[1], 16) if found else 0
    if lacking := [name for name, bit in CAPABILITIES.items() if not effective >> bit & 1]:
        raise SandboxError(
            f"root lacks {lacking[0]}, as in a container: run this on the machine itself, or give the container "
            "--privileged"
        )


def check(state: State, layout: Layout) -> None:
    """Refuse to begin where the sandbox can't live.

    Args:
        state: where programs are and the cluster will be.
        layout: of the cluster.

    Raises:
        SandboxError: something is in the way; the message says what, and the remedy.
    """
    need_root()
    for name in INSTALLED:
        program(name)
    if not (CNI_PLUGINS / "bridge").exists():
        raise SandboxError(f"{CNI_PLUGINS}/bridge is not installed: run `make setup`")
    for name in BUILT:
        if not (state.bin / name).exists():
            raise SandboxError(f"{state.bin / name} is not built: run `make setup`")
    space.check(state)
    check_surroundings(layout)


def check_surroundings(layout: Layout) -> None:
    """Refuse to begin where others use the ports, networks or packet filter chains that the sandbox needs.

    Raises:
        SandboxError: someone does; the message says who, and the remedy.
    """
    _check_network(layout)
    _check_ports(layout)


def _check_network(layout: Layout) -> None:
    bridge = network.bridge()
    if bridge is None:
        foreign = firewall.chains(firewall.KUBERNETES)
        if foreign and not firewall.is_abandoned(layout):
            raise SandboxError(
                f"another Kubernetes uses this machine's packet filter (chain {foreign[0]}): stop it, or use it with "
                "`--driver kubeconfig`"
            )
    elif not network.is_ours(layout):
        if (owner := network.owner()) is None:
            raise SandboxError(
                f"the network interface {addresses.BRIDGE} is not ours: remove it with "
                f"`ip link delete {addresses.BRIDGE}`"
            )
        raise SandboxError(
            f"the network interface {addresses.BRIDGE} belongs to the sandbox in {owner}: take that one down with "
            f"`SLIPWAY_STATE={shlex.quote(str(owner))} {sys.executable} -m sandbox down`"
        )
    if other := network.overlapping():
        raise SandboxError(f"{other} overlaps the sandbox's networks {', '.join(network.NETWORKS)}: remove that first")


def _check_ports(layout: Layout) -> None:
    running = {one.component for one in processes.owned(layout.cluster) if one.leader}
    for name, endpoints in addresses.ENDPOINTS.items():
        for endpoint in endpoints if name not in running else ():
            if holder := _holder(endpoint):
                raise SandboxError(
                    f"port {endpoint.port} on {endpoint.host}, for {name}, is in use by {holder}: stop that first"
                )


def _holder(endpoint: Endpoint) -> str | None:
    for line in run(["ss", "--no-header", "--listening", "--tcp", "--numeric", "--processes"]).splitlines():
        fields = line.split()
        address, _, port = fields[3].rpartition(":")
        host = address.partition("%")[0]  # behind it, an interface
        if port == str(endpoint.port) and (host in ANYWHERE or host == endpoint.host):
            found = re.search(r'\("([^"]*)",pid=(\d+)', line)
            return f"{found[1]} (pid {found[2]})" if found else "a process outside this one's view"
    return None
