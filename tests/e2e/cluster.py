"""What the cluster itself says: through kubectl, and over one connection where tests look again and again."""

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeVar
from urllib.parse import quote

from infra.serving.model_server import GRACE_SECONDS
from sandbox.api import Api
from sandbox.driver import Access
from sandbox.state import State

Found = TypeVar("Found")

GOES_WITHIN: Final = GRACE_SECONDS + 20.0
"""Seconds that a pod which was told to go may take: its grace, and a while for those who tell it and who clean up."""


@dataclass(frozen=True)
class Cluster:
    """kubectl on the sandbox."""

    state: State
    access: Access

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """What `kubectl ARGUMENTS` prints; its complaint as an AssertionError when it fails."""
        done = self._run(*arguments, stdin=stdin)
        assert done.returncode == 0, f"kubectl {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def _run(self, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.state.bin / "kubectl"), f"--kubeconfig={self.access.kubeconfig}", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )

    def evict(self, namespace: str, pod: str) -> bool:
        """Ask a pod to go, as a node's drain does; returns whether its disruption budget lets it."""
        wish = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod, "namespace": namespace}}
        path = f"/api/v1/namespaces/{namespace}/pods/{pod}/eviction"
        done = self._run("create", f"--raw={path}", "--filename=-", stdin=json.dumps(wish))
        refused = "disruption budget" in done.stderr
        assert refused or done.returncode == 0, f"the eviction of {pod}: {done.stderr}"
        return not refused

    @cached_property
    def _api(self) -> Api:
        return Api(self.access.kubeconfig)

    def get(self, path: str, selector: str = "") -> dict[str, Any]:
        """The object or list at a path of the API, which must be there."""
        found = self._api.get(f"{path}?labelSelector={quote(selector)}" if selector else path)
        assert found is not None, f"there is no {path}"
        return found

    def left(self, namespace: str) -> list[str]:
        """What a serving stack has made in a namespace, and its pods; guards and deployer are the platform's."""
        kinds = (
            "deployments,rollouts,services,jobs,horizontalpodautoscalers,scaledobjects,poddisruptionbudgets,"
            "ingressroutes,middlewares,traefikservices,podmonitors,prometheusrules,replicasets,pods"
        )
        return self.kubectl("-n", namespace, "get", kinds, "-o", "name").split()

    def assert_emptied(self, namespace: str) -> None:
        """A serving stack that was destroyed leaves nothing: its pods finish their requests, and are gone then."""
        eventually(lambda: self.left(namespace), lambda left: not left, GOES_WITHIN)

    def pods(self, namespace: str, selector: str = "") -> list[dict[str, Any]]:
        """The pods with these labels, on their way out as well."""
        return self.get(f"/api/v1/namespaces/{namespace}/pods", selector)["items"]

    def autoscaler(self, namespace: str, name: str) -> dict[str, Any]:
        """What a model's autoscaler has measured and wants: its status, whoever has made it and called it what."""
        path = f"/apis/autoscaling/v2/namespaces/{namespace}/horizontalpodautoscalers"
        (found,) = self.get(path, f"app.kubernetes.io/name={name}")["items"]
        return found["status"]

    def replicas(self, namespace: str, rollout: str) -> int:
        """How many pods a rollout is to have, as the autoscaler has last written it."""
        return self.rollout(namespace, rollout)["spec"]["replicas"]

    def rollout(self, namespace: str, name: str) -> dict[str, Any]:
        """A rollout as it is now."""
        return self.get(f"/apis/argoproj.io/v1alpha1/namespaces/{namespace}/rollouts/{name}")

    def scaled_pods(self, namespace: str, rollout: str) -> list[dict[str, Any]]:
        """The pods that a rollout's autoscaler looks at."""
        scale = self.get(f"/apis/argoproj.io/v1alpha1/namespaces/{namespace}/rollouts/{rollout}/scale")
        return self.pods(namespace, scale["status"]["selector"])

    def weights(self, namespace: str, name: str) -> dict[str, int]:
        """The share of each service in a split, in percent."""
        split = self.get(f"/apis/traefik.io/v1alpha1/namespaces/{namespace}/traefikservices/{name}")
        services = split["spec"]["weighted"]["services"]
        return {one["name"].removeprefix(f"{name}-"): one.get("weight", 1) for one in services}

    def ready_pods(self, namespace: str, selector: str) -> set[str]:
        """The names of the pods with these labels that are ready and not on their way out."""
        return {
            pod["metadata"]["name"]
            for pod in self.pods(namespace, selector)
            if any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"].get("conditions", ()))
            and "deletionTimestamp" not in pod["metadata"]
        }

    def pods_behind(self, namespace: str, service: str) -> set[str]:
        """The names of the pods that a service sends to now."""
        path = f"/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices"
        slices = self.get(path, f"kubernetes.io/service-name={service}")["items"]
        endpoints = [endpoint for one in slices for endpoint in one["endpoints"] or ()]
        return {one["targetRef"]["name"] for one in endpoints if one["conditions"].get("ready")}


def eventually(
    look: Callable[[], Found], wanted: Callable[[Found], bool], within: float, *, every: float = 0.5
) -> Found:
    """Look until it is as wanted, and return that; fail with the last sight when it isn't within so many seconds."""
    end = time.monotonic() + within
    while True:
        found = look()
        if wanted(found):
            return found
        assert time.monotonic() < end, f"still {found!r} after {within:.0f} s"
        time.sleep(every)
