"""Why pods aren't ready: which pod, which container, which event."""

from collections.abc import Iterable
from typing import Final

from sandbox.plugins.kubernetes.api import Api
from sandbox.plugins.kubernetes.awaiting.awaiter import condition, said
from sandbox.plugins.kubernetes.errors import ApiError, Unreachable
from sandbox.plugins.kubernetes.objects import Object, at, entries, identifier, namespace_of

SHOWN: Final = 5  # pods; the others most likely have the same trouble


def pods_of(api: Api, owner: Object) -> list[Object]:
    """The pods that a workload's selector matches, the newest first."""
    selector = at(owner, "spec", "selector", default={})
    labels = selector.get("matchLabels", selector if "matchExpressions" not in selector else {})
    if not labels:
        return []
    return pods_with(api, owner, ",".join(f"{key}={value}" for key, value in labels.items()))


def pods_with(api: Api, owner: Object, selector: str) -> list[Object]:
    """Pods in the owner's namespace by label selector, the newest first; none when they cannot be read."""
    try:
        found = api.list({"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": namespace_of(owner)}}, selector)
    except (ApiError, Unreachable):
        return []
    return sorted(found, key=lambda pod: at(pod, "metadata", "creationTimestamp", default=""), reverse=True)


def is_ready(pod: Object) -> bool:
    """Whether the pod serves, or has done its work."""
    return condition(pod, "Ready").get("status") == "True" or at(pod, "status", "phase") == "Succeeded"


def complaints(api: Api, pods: Iterable[Object]) -> list[str]:
    """What is wrong with those of the pods that aren't ready."""
    unready = [pod for pod in pods if not is_ready(pod) and not at(pod, "metadata", "deletionTimestamp")]
    return [line for pod in unready[:SHOWN] for line in complaints_of(api, pod)]


def complaints_of(api: Api, pod: Object) -> list[str]:
    """What is wrong with one pod: its conditions with waiting containers, ended containers, the last warning."""
    lines: list[str] = []
    waiting, ended = _containers(pod)
    scheduled, ready = condition(pod, "PodScheduled"), condition(pod, "Ready")
    if scheduled.get("status") == "False":
        lines.append(said(scheduled))
    else:
        lines.append((ready.get("message") or _unready(pod)) + "".join(waiting))
    lines += ended
    if (warning := _last_warning(api, pod)) and not any(warning in line for line in lines):
        lines.append(warning)
    return [f"[Pod {identifier(pod)}]: {line}" for line in lines]


def _unready(pod: Object) -> str:
    """What kubelet says of a pod that runs; of one that ended it says nothing."""
    names = [status["name"] for status in entries(pod, "status", "containerStatuses") if not status.get("ready")]
    return f"containers with unready status: [{' '.join(names)}]"


def _containers(pod: Object) -> tuple[list[str], list[str]]:
    waiting: list[str] = []
    ended: list[str] = []
    for kind in ("initContainerStatuses", "containerStatuses"):
        for status in entries(pod, "status", kind):
            if (state := at(status, "state", "waiting")) and state.get("message"):
                waiting.append(said(state))
            state = at(status, "state", "terminated") or at(status, "lastState", "terminated")
            if state and state.get("exitCode"):
                message = (
                    state.get("message") or f'container "{status["name"]}" ended with exit code {state["exitCode"]}'
                )
                ended.append(said({**state, "message": message.strip()}))
    return waiting, ended


def _last_warning(api: Api, pod: Object) -> str:
    events = {"apiVersion": "v1", "kind": "Event", "metadata": {"namespace": namespace_of(pod)}}
    try:
        found = api.list(events, fields=f"involvedObject.uid={at(pod, 'metadata', 'uid')},type=Warning")
    except (ApiError, Unreachable):
        return ""
    newest = max(found, key=lambda event: event.get("lastTimestamp") or event.get("eventTime") or "", default=None)
    return said(newest) if newest else ""
