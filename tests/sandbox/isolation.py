"""A second sandbox in a network namespace of its own, so that the one people use is left alone."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sandbox.kubernetes import addresses, cgroups, network, processes
from sandbox.kubernetes.layout import Layout
from sandbox.state import State
from tests.sandbox import leftovers

PREFIX: Final = "slipway-test"
NAMESPACES: Final = Path("/run/netns")
HERE: Final = "192.0.2.1"  # of the machine with the sandbox, on the wire to its neighbour
THERE: Final = "192.0.2.2"


@dataclass(frozen=True)
class Isolated:
    """Runs programs inside the namespace, on a state directory of their own."""

    namespace: str
    state: State

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "SLIPWAY_STATE": str(self.state.root)}

    @property
    def group(self) -> str:
        """The control group of its pods."""
        return Layout(self.state).cgroup

    def inside(self, *command: str) -> list[str]:
        return ["nsenter", f"--net={NAMESPACES / self.namespace}", "--", *command]

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(self.inside(*command), env=self.environment, capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, f"{command}: {done.stdout}\n{done.stderr}"
        return done

    def sandbox(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, "-m", "sandbox", *arguments, check=check)

    def status(self) -> dict[str, dict[str, Any]]:
        return {part["name"]: part for part in json.loads(self.sandbox("status", "--json", check=False).stdout)}

    def kubectl(self, *arguments: str) -> str:
        kubectl = str(self.state.bin / "kubectl")
        return self.run(kubectl, f"--kubeconfig={self.state.kubeconfig}", *arguments).stdout

    def up(self) -> None:
        """Bring it up, and see that all of it works."""
        self.sandbox("up")
        assert {part["trouble"] for part in self.status().values()} == {None}

    def cut_off(self, command: str, *, after: float) -> None:
        """Begin a command and kill it after some seconds, unless it has ended by then."""
        with self._begun(command) as run:
            with contextlib.suppress(subprocess.TimeoutExpired):
                run.wait(after)
            run.kill()

    def cut_off_at(self, command: str, happened: Callable[[], bool]) -> None:
        """Begin a command and kill it once something has happened; how soon that is depends on the machine."""
        with self._begun(command) as run:
            while not happened():
                assert run.poll() is None, "it has ended before"
                time.sleep(0.1)
            run.kill()

    def _begun(self, command: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            self.inside(sys.executable, "-m", "sandbox", command), env=self.environment, stderr=subprocess.DEVNULL
        )

    def kill_everything(self) -> None:
        """What happens to processes when a machine stops, or a session ends: nobody is asked."""
        self.kill_all_but_pods()
        cgroups.kill(self.group)

    def kill_all_but_pods(self) -> None:
        """Kill what the sandbox consists of; what its pods run lives on, and nobody knows it any more."""
        processes.end(self.state.cluster, processes.owned(self.state.cluster), grace=0)

    def begin(self) -> None:
        """Make the namespace: it has a loopback interface and nothing else."""
        subprocess.run(["ip", "netns", "add", self.namespace], check=True)
        self.run("ip", "link", "set", "lo", "up")

    def end(self) -> None:
        """Remove the namespace with its interfaces and rules."""
        subprocess.run(["ip", "netns", "delete", self.namespace], check=True)

    def renew(self) -> None:
        """What a reboot leaves of a network: nothing."""
        self.end()
        self.begin()


def connect(one: Isolated, neighbour: Isolated) -> None:
    """Lay a wire between the two, and let the neighbour send over it what is for the sandbox's addresses."""
    ends = ["lan0", "netns", one.namespace, "type", "veth", "peer", "lan0", "netns", neighbour.namespace]
    subprocess.run(["ip", "link", "add", *ends], check=True)
    for end, address in ((one, HERE), (neighbour, THERE)):
        end.run("ip", "address", "add", f"{address}/24", "dev", "lan0")
        end.run("ip", "link", "set", "lan0", "up")
    # Even its loopback addresses, which no honest machine sends: kube-proxy makes this kernel take them from a wire.
    neighbour.run("sysctl", "--write", "net.ipv4.conf.all.route_localnet=1")
    neighbour.run("ip", "address", "flush", "dev", "lo")
    for destination in (addresses.POD_NETWORK, addresses.AWS_NETWORK, addresses.SERVICE_NETWORK, "127.0.0.0/8"):
        neighbour.run("ip", "route", "add", destination, "via", HERE)


def sweep() -> None:
    """Remove the namespaces of runs that were killed, with the sandboxes in them."""
    names = [one.name for one in NAMESPACES.iterdir()] if NAMESPACES.exists() else []
    for namespace in leftovers.left(PREFIX, names):
        left = Isolated(namespace, State(Path()))
        if left.run("true", check=False).returncode == 0:  # not killed before it was a namespace
            for cluster in _clusters(left):
                # What began it may still be at work.
                for pid in left.run("ip", "netns", "pids", namespace).stdout.split():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(int(pid), signal.SIGKILL)
                Isolated(namespace, State(cluster.parent)).sandbox("down")
        left.end()


def _clusters(left: Isolated) -> set[Path]:
    """The folders of the sandboxes in a namespace: by their processes, and by the bridge if none lives."""
    clusters: set[Path] = set()
    for pid in left.run("ip", "netns", "pids", left.namespace).stdout.split():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            variables = Path("/proc", pid, "environ").read_text(errors="replace").split("\0")
            clusters.update(Path(one.partition("=")[2]) for one in variables if one.startswith(f"{processes.OWNER}="))
    for link in json.loads(left.run("ip", "-json", "link", "show").stdout):
        alias = str(link.get("ifalias", ""))
        if alias.startswith(network.ALIAS):
            clusters.add(Path(alias.removeprefix(network.ALIAS)))
    return clusters
