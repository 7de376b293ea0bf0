"""What the cluster itself says, through kubectl, as an engineer would look."""

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sandbox.driver import Access
from sandbox.state import State

Found = TypeVar("Found")


@dataclass(frozen=True)
class Cluster:
    """kubectl on the sandbox."""

    state: State
    access: Access

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """What `kubectl ARGUMENTS` prints; its complaint as an AssertionError when it fails."""
        done = subprocess.run(
            [str(self.state.bin / "kubectl"), f"--kubeconfig={self.access.kubeconfig}", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"kubectl {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def get(self, *arguments: str) -> dict[str, Any]:
        """The object or list that `kubectl get ARGUMENTS` finds."""
        return json.loads(self.kubectl("get", *arguments, "-o", "json"))

    def weights(self, namespace: str, name: str) -> dict[str, int]:
        """The share of each service in a split, in percent."""
        services = self.get("traefikservice", name, "-n", namespace)["spec"]["weighted"]["services"]
        return {one["name"].removeprefix(f"{name}-"): one.get("weight", 1) for one in services}

    def ready_pods(self, namespace: str, selector: str) -> set[str]:
        """The names of the pods with these labels that are ready and not on their way out."""
        return {
            pod["metadata"]["name"]
            for pod in self.get("pods", "-n", namespace, "-l", selector)["items"]
            if any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"].get("conditions", ()))
            and "deletionTimestamp" not in pod["metadata"]
        }

    def pods_behind(self, namespace: str, service: str) -> set[str]:
        """The names of the pods that a service sends to now."""
        slices = self.get("endpointslices", "-n", namespace, "-l", f"kubernetes.io/service-name={service}")["items"]
        endpoints = [endpoint for one in slices for endpoint in one["endpoints"] or ()]
        return {one["targetRef"]["name"] for one in endpoints if one["conditions"].get("ready")}


def eventually(look: Callable[[], Found], wanted: Callable[[Found], bool], within: float) -> Found:
    """Look until it is as wanted, and return that; fail with the last sight when it isn't within so many seconds."""
    end = time.monotonic() + within
    while True:
        found = look()
        if wanted(found):
            return found
        assert time.monotonic() < end, f"still {found!r} after {within:.0f} s"
        time.sleep(0.5)
