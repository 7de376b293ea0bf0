"""Kinds that are live when one field of theirs says so."""

from typing import Final

from sandbox.plugins.kubernetes.api import Api
from sandbox.plugins.kubernetes.awaiting.awaiter import Awaiter, State, condition, holds, live_when, said
from sandbox.plugins.kubernetes.errors import ApiError
from sandbox.plugins.kubernetes.objects import Object, at


def _claim(api: Api, live: Object) -> State:
    """Bound, or waiting for its first pod because its class says so."""
    if at(live, "status", "phase") == "Bound":
        return State.LIVE
    name = at(live, "spec", "storageClassName")
    if not name:
        return State.PENDING
    try:
        chosen = api.get({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": name}})
    except ApiError:
        return State.PENDING
    return live_when(chosen.get("volumeBindingMode") == "WaitForFirstConsumer")


def _claim_reasons(_api: Api, live: Object) -> list[str]:
    return [f"PersistentVolumeClaim is not bound; its phase is {at(live, 'status', 'phase', default='unknown')}"]


def _volume(_api: Api, live: Object) -> State:
    return live_when(at(live, "status", "phase") in ("Available", "Bound"))


def _quota(_api: Api, live: Object) -> State:
    return live_when(at(live, "status", "hard") == at(live, "spec", "hard"))


def _secret(_api: Api, live: Object) -> State:
    """A token is filled in by a controller; any other Secret is what was written."""
    return live_when(live.get("type") != "kubernetes.io/service-account-token" or bool(at(live, "data", "token")))


def _definition(_api: Api, live: Object) -> State:
    return live_when(holds(live, "Established"))


def _definition_reasons(_api: Api, live: Object) -> list[str]:
    return [said(condition(live, kind)) for kind in ("NamesAccepted", "Established") if not holds(live, kind)]


CLAIM: Final = Awaiter(_claim, _claim_reasons)
VOLUME: Final = Awaiter(_volume)
QUOTA: Final = Awaiter(_quota)
SECRET: Final = Awaiter(_secret)
DEFINITION: Final = Awaiter(_definition, _definition_reasons)
