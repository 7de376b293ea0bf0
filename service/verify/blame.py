"""Which pod keeps a release back, and why: from its status, and where it runs already, from itself."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any, Final

from service.verify.api_server import ApiRefused, ApiServer, ApiUnavailable, Object

HASH_LABEL: Final = "rollouts-pod-template-hash"
"""Label by which Argo Rollouts tells the pods of one template from another's."""

PORT: Final = "monitoring"
"""Name of the port at which a model server's pod tells how it is."""

_SECONDS: Final = 3.0


def blame(api: ApiServer, namespace: str, template_hash: str) -> str:
    """Why pods of a template aren't ready; empty when nothing speaks against them."""
    labels = f"{HASH_LABEL}={template_hash}"
    try:
        pods = api.list("api/v1", namespace, "pods", labels)
        replica_sets = api.list("apis/apps/v1", namespace, "replicasets", labels)
    except (ApiUnavailable, ApiRefused) as error:
        return f"pods could not be read: {error}"
    reasons: dict[str, list[str]] = {}
    for each in replica_sets:
        for reason in _refused_pods(each):
            reasons.setdefault(reason, []).append(f"replica set {each['metadata']['name']}")
    for pod in pods:
        if not _is_ready(pod) and "deletionTimestamp" not in pod["metadata"]:
            reason = ", ".join(_of_status(pod)) or _own_words(pod)
            reasons.setdefault(reason, []).append(f"pod {pod['metadata']['name']}")
    return "; ".join(f"{' and '.join(names)}: {reason}" for reason, names in reasons.items())


def _conditions(status: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {each["type"]: each for each in status.get("conditions", [])}


def _is_ready(pod: Object) -> bool:
    return _conditions(pod.get("status", {})).get("Ready", {}).get("status") == "True"


def _refused_pods(replica_set: Object) -> Iterator[str]:
    """Pods that could not even be made: a quota, or a security policy."""
    failure = _conditions(replica_set.get("status", {})).get("ReplicaFailure", {})
    if failure.get("status") == "True":
        yield f"{failure.get('reason', '')}: {failure.get('message', '')}"


def _of_status(pod: Object) -> Iterator[str]:
    status: dict[str, Any] = pod.get("status", {})
    scheduled = _conditions(status).get("PodScheduled", {})
    if scheduled.get("status") == "False":
        yield f"{scheduled.get('reason', 'not scheduled')}: {scheduled.get('message', '')}"
    for container in status.get("initContainerStatuses", []) + status.get("containerStatuses", []):
        waiting = container.get("state", {}).get("waiting")
        if waiting and waiting.get("reason") not in ("ContainerCreating", "PodInitializing"):
            yield f"container {container['name']}: {waiting.get('reason')} {waiting.get('message', '')}".rstrip()
        ended = container.get("lastState", {}).get("terminated") or container.get("state", {}).get("terminated")
        if ended:
            message = f", {ended['message'].strip()}" if ended.get("message") else ""
            yield f"container {container['name']} ended: {ended.get('reason')}, exit code {ended['exitCode']}{message}"


def _own_words(pod: Object) -> str:
    """What a running pod's /readyz says."""
    address = pod.get("status", {}).get("podIP")
    ports = [port for container in pod["spec"]["containers"] for port in container.get("ports", [])]
    port = next((port["containerPort"] for port in ports if port.get("name") == PORT), None)
    if not address or port is None:
        return "not running yet"
    url = f"http://[{address}]:{port}/readyz" if ":" in address else f"http://{address}:{port}/readyz"
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS):  # noqa: S310 a pod of ours
            return "became ready just now"
    except urllib.error.HTTPError as error:
        with error:
            return _reason(error)
    except (OSError, http.client.HTTPException) as error:
        return f"not ready, and {url} gave no answer: {error}"


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        body = json.load(error)
        return f"{body['status']}: {body['reason']}"
    except (OSError, http.client.HTTPException, ValueError, TypeError, KeyError):
        return f"not ready, /readyz answers {error.code}"
