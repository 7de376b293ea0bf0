"""Whether a model may be released now, by what the cluster says while the stack is planned: a mistake changes nothing.

A release during a release would begin a canary from the old stable version, and leave nobody to judge the first. A
major version, whose requests are others, would get those that are for the version before it.
"""

import base64
import json
import ssl
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from urllib.parse import quote, urlencode

import pulumi

from infra.serving.config import NAMESPACE, Model
from infra.serving.model_server import RELEASE
from infra.shared import metadata
from infra.shared.cluster import Cluster, Credential
from infra.shared.metadata import Component
from infra.shared.platform_outputs import PlatformOutputs
from modelstore.version import Version

_HASH: Final = "rollouts-pod-template-hash"
_VERSION: Final = "app.kubernetes.io/version"
_SECONDS: Final = 10.0

Object: TypeAlias = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Pods:
    """What pods are made from.

    Attributes:
        release: the release's id.
        version: the model's.
    """

    release: str
    version: str


@dataclass(frozen=True, kw_only=True)
class Served:
    """What the cluster has of a model.

    Attributes:
        stable: what everyone gets; None before the first release is through.
        on_trial: what a release that is under way would put in its place; None where none is.
    """

    stable: Pods | None
    on_trial: Pods | None


Look: TypeAlias = Callable[[Cluster, Credential, str], Mapping[str, Served]]
"""`look`, or what stands for it where there is no cluster."""


def confirmed(
    kubeconfig: pulumi.Output[str],
    models: Mapping[str, Model],
    releases: Mapping[str, pulumi.Output[str]],
    namespace: str,
    platform: PlatformOutputs,
    look: Look,
) -> pulumi.Output[str]:
    """`kubeconfig`, once every model is known to be free for the release that the stack says.

    Args:
        kubeconfig: what to hand on.
        models: the stack's models by name.
        releases: the id of each one's release. One whose image is still to be built is not known in a preview, and is
            asked after in the update, when the image is there and nothing else is.
        namespace: the stack's.
        platform: where the cluster is.
        look: `look` of this module.

    Raises:
        pulumi.RunError: (while the program runs) what `look` and `check` raise.
    """
    ids = {name: release.apply(_known, run_with_unknowns=True) for name, release in releases.items()}

    def handed_on(known: Sequence[Any]) -> str:
        content, cluster, credentials, wanted = known
        check(models, wanted, look(cluster, credentials[namespace], namespace))
        return content

    return pulumi.Output.all(kubeconfig, platform.cluster, platform.credentials, ids).apply(handed_on)


def _known(release: object) -> str | None:
    return release if isinstance(release, str) else None


def check(models: Mapping[str, Model], releases: Mapping[str, str | None], served: Mapping[str, Served]) -> None:
    """Compare what the stack says with what is served.

    Args:
        models: the stack's models by name.
        releases: the id of each one's release; None where it isn't known yet.
        served: what the cluster has, by the name of a model's objects.

    Raises:
        pulumi.RunError: a model can't be released now, with a line for each.
    """
    wrong = [
        line
        for name, model in models.items()
        if (found := served.get(name.replace("_", "-"))) and (line := _wrong(name, model, releases[name], found))
    ]
    if wrong:
        raise pulumi.RunError("\n".join(wrong))


def _wrong(name: str, model: Model, release: str | None, found: Served) -> str | None:
    key, stable, on_trial = f"{NAMESPACE}:models.{name}", found.stable, found.on_trial
    # The first release is free to be mended: there is nothing beside it. Going back to what is stable is always free.
    if stable is None or release == stable.release:
        return None
    if on_trial and release and release != on_trial.release:
        return (
            f"{key} is release {release} of {model.version}, and release {on_trial.release} of {on_trial.version} is "
            "still under way: let it come to its end, `slipway abort` it, or put back what is stable, release "
            f"{stable.release} of {stable.version}"
        )
    # A lower one is a way back, which verification promotes at once.
    if Version.parse(model.version).major > Version.parse(stable.version).major and model.canary.steps:
        return (
            f"{key}.version = {model.version!r} is a new major version beside {stable.version}, which is served, and "
            "would get requests that are for that one: give it all of them at once with canary.steps: [], or serve it "
            "beside, from a stack of its own with another route"
        )
    return None


def look(cluster: Cluster, credential: Credential, namespace: str) -> Mapping[str, Served]:
    """Look at every model of a namespace, by the name of its objects.

    Raises:
        pulumi.RunError: the cluster can't be asked, so nobody knows whether a release is under way.
    """
    try:
        signed_in = credential.headers()
        rollouts, deployments, replica_sets = (
            _list(cluster, signed_in, f"/apis/{group}/namespaces/{quote(namespace)}/{kind}")
            for group, kind in (
                ("argoproj.io/v1alpha1", "rollouts"),
                ("apps/v1", "deployments"),
                ("apps/v1", "replicasets"),
            )
        )
    except (OSError, ValueError) as error:
        raise pulumi.RunError(
            f"{NAMESPACE}:namespace {namespace!r} at {cluster.endpoint} can't be asked whether a release is under way, "
            f"{error}: let this machine reach the cluster and try again"
        ) from None
    by_name = {one["metadata"]["name"]: one for one in deployments}
    by_hash = {one["metadata"].get("labels", {}).get(_HASH): one for one in replica_sets}
    return {
        one["metadata"]["name"]: _served(one, by_name[workload], by_hash)
        for one in rollouts
        if (workload := one["spec"].get("workloadRef", {}).get("name")) in by_name
    }


def _served(rollout: Object, deployment: Object, replica_sets: Mapping[str | None, Object]) -> Served:
    status: Object = rollout.get("status", {})
    wanted, stable = _pods(deployment), None
    if replica_set := replica_sets.get(status.get("stableRS") or None):
        stable = _pods(replica_set)
    # What the controller hasn't seen yet is about to begin, whatever became of the release before it.
    seen = status.get("workloadObservedGeneration") == str(deployment["metadata"]["generation"])
    over = stable is not None and wanted.release == stable.release
    return Served(stable=stable, on_trial=None if over or (seen and status.get("abort")) else wanted)


def _pods(holder: Object) -> Pods:
    template: Object = holder["spec"]["template"]["metadata"]
    return Pods(release=template["annotations"][RELEASE], version=template["labels"][_VERSION])


def _list(cluster: Cluster, signed_in: Mapping[str, str], path: str) -> list[Object]:
    labels = ",".join(f"{key}={value}" for key, value in metadata.of(Component.MODEL_SERVER).items())
    request = urllib.request.Request(  # noqa: S310 - the platform's own cluster
        f"{cluster.endpoint}{path}?{urlencode({'labelSelector': labels})}", headers=dict(signed_in)
    )
    with urllib.request.urlopen(request, timeout=_SECONDS, context=_tls(cluster)) as answer:  # noqa: S310
        return json.load(answer).get("items", [])


def _tls(cluster: Cluster) -> ssl.SSLContext | None:
    if not cluster.endpoint.startswith("https://"):
        return None
    return ssl.create_default_context(cadata=base64.b64decode(cluster.certificate_authority).decode())
