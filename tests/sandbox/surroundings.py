"""The machine that a sandbox lives on: what is there, what others put there, and what reaches what."""

import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sandbox.kubernetes import cgroups, processes
from sandbox.kubernetes.layout import Layout
from tests.sandbox.isolation import Isolated

SETTINGS: Final = (
    "net.bridge.bridge-nf-call-ip6tables",
    "net.bridge.bridge-nf-call-iptables",
    "net.ipv4.conf.all.route_localnet",
    "net.ipv4.conf.all.send_redirects",
    "net.ipv4.ip_forward",
)
CONNECT: Final = """
import socket, sys
from concurrent.futures import ThreadPoolExecutor

def connect(address):
    try:
        socket.create_connection(address.split(" "), timeout=3).close()
    except OSError:
        return None
    return address

with ThreadPoolExecutor(len(sys.argv)) as pool:
    print(*filter(None, pool.map(connect, sys.argv[1:])), sep="\\n")
"""


def everything(isolated: Isolated) -> dict[str, str]:
    """What `down` has to leave as it was."""
    rules = "\n".join(isolated.run(f"{family}-save").stdout for family in ("iptables", "ip6tables"))
    return {
        "interfaces": isolated.run("ip", "-brief", "link").stdout,
        "routes": isolated.run("ip", "route").stdout,
        # Empty tables may stay: kernels make them when somebody looks.
        "rules": "\n".join(line for line in rules.splitlines() if line.startswith("-A") or " - [" in line),
        "settings": isolated.run("sysctl", *SETTINGS).stdout,
        "mounts": "\n".join(line for line in _mounts() if str(isolated.state.root) in line),
        "control groups": "\n".join(map(str, _groups(isolated))),
        "processes": "\n".join(map(str, processes.owned(isolated.state.cluster))),
        "links to logs": "\n".join(
            str(link)
            for link in Path("/var/log/containers").glob("*")
            if str(isolated.state.root) in str(link.readlink())
        ),
    }


def live_beside(isolated: Isolated) -> None:
    """What others have on a machine: an interface, a route, rules of their own beside those that we add."""
    isolated.run("ip", "link", "add", "other0", "address", "02:00:00:00:00:01", "type", "bridge")
    isolated.run("ip", "address", "add", "198.51.100.1/24", "dev", "other0")
    isolated.run("ip", "link", "set", "other0", "up")
    isolated.run("ip", "route", "add", "203.0.113.0/24", "via", "198.51.100.2")
    for family in ("iptables", "ip6tables"):
        for table, chain in (("nat", "PREROUTING"), ("filter", "FORWARD"), ("filter", "INPUT")):
            isolated.run(family, "-t", table, "-N", f"OTHER-{chain}")
            isolated.run(family, "-t", table, "-A", f"OTHER-{chain}", "-p", "tcp", "--dport", "9", "-j", "RETURN")
            isolated.run(family, "-t", table, "-A", chain, "-i", "other0", "-j", f"OTHER-{chain}")


def reached(isolated: Isolated, addresses: Sequence[tuple[str, int]]) -> set[tuple[str, int]]:
    """Those of the TCP addresses that accept a connection from there."""
    given = [f"{host} {port}" for host, port in addresses]
    answers = isolated.run(sys.executable, "-c", CONNECT, *given).stdout.splitlines()
    return {(host, int(port)) for host, port in (one.split() for one in answers if one)}


@contextmanager
def serving(isolated: Isolated, host: str, port: int = 8080) -> Generator[int]:
    """Something of this machine's own that listens there."""
    command = isolated.inside(sys.executable, "-u", "-m", "http.server", f"--bind={host}", str(port))
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout
            server.stdout.readline()
            yield port
        finally:
            server.kill()


def _mounts() -> list[str]:
    return Path("/proc/self/mounts").read_text().splitlines()


def _groups(isolated: Isolated) -> list[Path]:
    name = Layout(isolated.state).cgroup
    return [hierarchy / name for hierarchy in cgroups.hierarchies() if (hierarchy / name).exists()]
