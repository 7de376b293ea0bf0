"""Which release each pod template of a Rollout is, and which of them serves."""

from typing import Any, Final

from modelstore.history import Served
from service.verify.api_server import Api, Object
from service.verify.blame import HASH_LABEL

RELEASE: Final = "slipway.dev/release"
"""Annotation of a pod template: the release's id."""

VERSION: Final = "app.kubernetes.io/version"
"""Label of a pod template: the model's version."""


def templates(api: Api, namespace: str, rollout: Object) -> dict[str, Served]:
    """The releases of a Rollout whose ReplicaSets are still there, by the hash of their pod template.

    Raises:
        ApiUnavailable: no answer now.
        ApiRefused: forbidden.
    """
    selector = rollout["spec"]["selector"]["matchLabels"]
    labels = ",".join(f"{key}={value}" for key, value in selector.items())
    found: dict[str, Served] = {}
    for each in api.list("apis/apps/v1", namespace, "replicasets", labels):
        template = each["spec"]["template"]["metadata"]
        if hash_ := template.get("labels", {}).get(HASH_LABEL):
            found[hash_] = Served(
                release=template.get("annotations", {}).get(RELEASE), version=template.get("labels", {}).get(VERSION)
            )
    return found


def hashes(rollout: Object) -> tuple[str | None, str | None]:
    """The template hashes of the release that is tried, and of the one that serves; equal when that is one."""
    status: dict[str, Any] = rollout.get("status", {})
    return status.get("currentPodHash"), status.get("stableRS") or None


def has_stable_beside(rollout: Object) -> bool:
    """Whether another release than the one that is tried serves; a first one has nobody beside it."""
    current, stable = hashes(rollout)
    return stable is not None and stable != current
