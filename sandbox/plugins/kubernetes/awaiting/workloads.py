"""Deployments, StatefulSets, DaemonSets, ReplicationControllers: live when the newest version's pods all are."""

from typing import Final

from sandbox.plugins.kubernetes.api import Api
from sandbox.plugins.kubernetes.awaiting.awaiter import Awaiter, State, condition, holds, live_when, observed, said
from sandbox.plugins.kubernetes.awaiting.pods import complaints, pods_of
from sandbox.plugins.kubernetes.objects import Object, at, name_of


def _count(live: Object, *keys: str, default: int = 0) -> int:
    return at(live, *keys, default=default)


def _deployment(_api: Api, live: Object) -> State:
    wanted = _count(live, "spec", "replicas", default=1)
    rolled_out = condition(live, "Progressing").get("reason") == "NewReplicaSetAvailable"
    return live_when(
        observed(live)
        and rolled_out
        and holds(live, "Available")
        and _count(live, "status", "updatedReplicas") >= wanted
        and _count(live, "status", "readyReplicas") >= wanted
    )


def _deployment_reasons(api: Api, live: Object) -> list[str]:
    conditions = [condition(live, kind) for kind in ("Progressing", "Available")]
    lines = [said(entry) for entry in conditions if entry.get("status") == "False"]
    if holds(live, "ReplicaFailure"):
        lines.append(said(condition(live, "ReplicaFailure")))
    if holds(live, "Available"):
        lines.append("Minimum number of Pods to consider the application live was not attained")
    else:
        lines.append("Minimum number of live Pods was not attained")
    return lines + complaints(api, pods_of(api, live))


def _deployment_notes(api: Api, live: Object) -> list[str]:
    if not observed(live):
        return []
    if condition(live, "Available").get("status") == "False":
        return [said(condition(live, "Available"))]
    if _count(live, "spec", "replicas", default=1) == 0 and _deployment(api, live) is State.LIVE:
        return [f'Replicas scaled to 0 for Deployment "{name_of(live)}"']
    return []


def _stateful_set(_api: Api, live: Object) -> State:
    wanted = _count(live, "spec", "replicas", default=1)
    partition = at(live, "spec", "updateStrategy", "rollingUpdate", "partition", default=0)
    by_hand = at(live, "spec", "updateStrategy", "type") == "OnDelete"
    updated = by_hand or _count(live, "status", "updatedReplicas") >= wanted - partition
    return live_when(observed(live) and updated and _count(live, "status", "readyReplicas") >= wanted)


def _daemon_set(_api: Api, live: Object) -> State:
    wanted = _count(live, "status", "desiredNumberScheduled")
    by_hand = at(live, "spec", "updateStrategy", "type") == "OnDelete"
    updated = by_hand or _count(live, "status", "updatedNumberScheduled") >= wanted
    return live_when(observed(live) and updated and _count(live, "status", "numberAvailable") >= wanted)


def _replication_controller(_api: Api, live: Object) -> State:
    wanted = _count(live, "spec", "replicas", default=1)
    return live_when(observed(live) and _count(live, "status", "readyReplicas") >= wanted)


def _pods_missing(api: Api, live: Object) -> list[str]:
    ready = _count(live, "status", "readyReplicas") or _count(live, "status", "numberAvailable")
    wanted = _count(live, "status", "desiredNumberScheduled") or _count(live, "spec", "replicas", default=1)
    return [f"{ready} of {wanted} Pods are ready", *complaints(api, pods_of(api, live))]


DEPLOYMENT: Final = Awaiter(_deployment, _deployment_reasons, _deployment_notes, notes_on_refresh=True)
STATEFUL_SET: Final = Awaiter(_stateful_set, _pods_missing)
DAEMON_SET: Final = Awaiter(_daemon_set, _pods_missing)
REPLICATION_CONTROLLER: Final = Awaiter(_replication_controller, _pods_missing)
