"""A second sandbox in a network namespace of its own, so that the one people use is left alone."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from sandbox.state import State


@dataclass(frozen=True)
class Isolated:
    """Runs programs inside the namespace, on a state directory of their own."""

    namespace: str
    state: State

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "SLIPWAY_STATE": str(self.state.root)}

    def inside(self, *command: str) -> list[str]:
        return ["nsenter", f"--net=/run/netns/{self.namespace}", "--", *command]

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
