"""What the cluster says of a model: which release serves, which is tried, how far it is, and what it is judged by."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from service.verify.api_server import Object
from service.verify.blame import HASH_LABEL
from service.verify.judgement import Judgement, State, judge
from slipway.errors import Refused
from slipway.releases.cluster import Absent, Cluster, Forbidden

ARGO: Final = "apis/argoproj.io/v1alpha1"
APPS: Final = "apps/v1"

RELEASE: Final = "slipway.dev/release"
"""Annotation of a pod template: the release's id."""
MANAGER: Final = "pulumi.com/patchFieldManager"
"""Annotation of everything that a stack declares: which stack."""

_SEEN_WITHIN: Final = 30.0
"""Seconds that the controller gets to look at what has just been changed."""
_PAUSE: Final = 0.5


@dataclass(frozen=True)
class Template:
    """What pods are made from.

    Attributes:
        release: the release's id.
        version: of the model.
        manifest: its digest.
        image: the service's.
    """

    release: str
    version: str
    manifest: str
    image: str


@dataclass(frozen=True)
class Pods:
    """The pods of one release."""

    template: Template
    hash: str
    wanted: int
    ready: int


@dataclass(frozen=True)
class Metric:
    """What an AnalysisRun says of one metric."""

    name: str
    phase: str
    value: str
    message: str
    measured: int


@dataclass(frozen=True)
class Analysis:
    """An AnalysisRun."""

    name: str
    phase: str
    message: str
    metrics: tuple[Metric, ...]


@dataclass(frozen=True)
class Observed:
    """One look.

    Attributes:
        judgement: where the release is.
        template: what is wanted of the cluster.
        stable: who serves; None before the first release has passed.
        canary: who is tried, or was aborted and still has pods; None where there is nobody beside the stable one.
        weight: percent of the requests that the canary has.
        step: how many steps are behind.
        steps: how many there are.
        analyses: of the canary, the newest at the end; None where they may not be read.
        rollout: the object itself.
        deployment: the object itself.
    """

    judgement: Judgement
    template: Template
    stable: Pods | None
    canary: Pods | None
    weight: int
    step: int
    steps: int
    analyses: tuple[Analysis, ...] | None
    rollout: Object
    deployment: Object

    @property
    def tried(self) -> bool:
        """Whether there is a release that neither passed nor was aborted, as far as anybody can tell; maybe stuck."""
        status = self.rollout.get("status", {})
        if self.judgement.state is State.UNSEEN:
            return True
        ended = self.judgement.state in (State.HEALTHY, State.ABORTED)
        return not ended and status.get("currentPodHash") != status.get("stableRS")

    @property
    def under_way(self) -> bool:
        """Whether it also goes on by itself."""
        return self.tried and self.judgement.state is not State.DEGRADED

    @property
    def aborted(self) -> bool:
        """Whether what is wanted was aborted, and the release before it serves."""
        return self.judgement.state is State.ABORTED

    @property
    def healthy(self) -> bool:
        """Whether what is wanted serves everyone."""
        return self.judgement.state is State.HEALTHY

    @property
    def serving(self) -> Template | None:
        """What serves most, or nothing yet."""
        if self.healthy:
            return self.template
        return self.stable.template if self.stable else None


def look(cluster: Cluster, namespace: str, rollout: str) -> Observed | None:
    """Look once; None when the model has no Rollout there.

    Raises:
        Unreachable: no answer now.
        Forbidden: we may not read it.
    """
    try:
        found = cluster.get(ARGO, namespace, "rollouts", rollout)
        deployment = cluster.get(f"apis/{APPS}", namespace, "deployments", found["spec"]["workloadRef"]["name"])
    except Absent:
        return None
    status: dict[str, Any] = found.get("status", {})
    sets = dict(_pods(cluster, namespace, found))
    current, stable = status.get("currentPodHash", ""), status.get("stableRS") or ""
    canary = sets.get(current) if current != stable else None
    steps = found["spec"].get("strategy", {}).get("canary", {}).get("steps", [])
    return Observed(
        judgement=judge(found, deployment),
        template=template(deployment["spec"]["template"]),
        stable=sets.get(stable),
        canary=canary,
        weight=status.get("canary", {}).get("weights", {}).get("canary", {}).get("weight", 0) if canary else 0,
        step=min(status.get("currentStepIndex", 0), len(steps)),
        steps=len(steps),
        analyses=_analyses(cluster, namespace, canary.hash) if canary else (),
        rollout=found,
        deployment=deployment,
    )


def settled(cluster: Cluster, namespace: str, rollout: str) -> Observed | None:
    """Look until the controller has seen what was changed last.

    Raises:
        Refused: it doesn't look.
        Unreachable: no answer now.
        Forbidden: we may not read it.
    """
    give_up = time.monotonic() + _SEEN_WITHIN
    while (found := look(cluster, namespace, rollout)) is not None and found.judgement.state is State.UNSEEN:
        if time.monotonic() > give_up:
            raise Refused(
                f"Rollout {rollout} in {namespace}: {found.judgement.text}, so nobody knows whether a release is under "
                "way; see to the rollouts controller (kubectl -n argo-rollouts get pods), then call again"
            )
        time.sleep(_PAUSE)
    return found


def check_owner(observed: Observed, project: str, stack: str, cluster: Cluster) -> None:
    """Check that a Rollout is of the stack that is meant.

    Raises:
        Refused: another stack has declared it, so the kubeconfig names another cluster, or the file another namespace.
    """
    metadata = observed.rollout["metadata"]
    owner, ours = metadata.get("annotations", {}).get(MANAGER), f"slipway-{project}-{stack}"
    if owner not in (None, ours):
        raise Refused(
            f"Rollout {metadata['name']} in the cluster at {cluster.server} is declared by {owner!r}, not by {ours!r}: "
            "is KUBECONFIG the cluster of this stack?"
        )


def template(spec: Object) -> Template:
    """What a pod template says."""
    [container] = spec["spec"]["containers"][:1]
    environment = {one["name"]: one.get("value", "") for one in container.get("env", [])}
    return Template(
        release=spec["metadata"].get("annotations", {}).get(RELEASE, ""),
        version=environment.get("MODEL_VERSION", ""),
        manifest=environment.get("MODEL_MANIFEST", ""),
        image=container["image"],
    )


def _pods(cluster: Cluster, namespace: str, rollout: Object) -> Iterator[tuple[str, Pods]]:
    labels = ",".join(f"{key}={value}" for key, value in rollout["spec"]["selector"]["matchLabels"].items())
    for each in cluster.list(f"apis/{APPS}", namespace, "replicasets", labels):
        hash_ = each["spec"]["template"]["metadata"].get("labels", {}).get(HASH_LABEL, "")
        pods = Pods(
            template(each["spec"]["template"]),
            hash_,
            each["spec"].get("replicas", 0),
            each.get("status", {}).get("readyReplicas", 0),
        )
        yield hash_, pods


def _analyses(cluster: Cluster, namespace: str, hash_: str) -> tuple[Analysis, ...] | None:
    try:
        found = cluster.list(ARGO, namespace, "analysisruns", f"{HASH_LABEL}={hash_}")
    except (Absent, Forbidden):
        return None
    found.sort(key=lambda one: one["metadata"]["creationTimestamp"])
    return tuple(_analysis(one) for one in found)


def _analysis(run: Object) -> Analysis:
    status: dict[str, Any] = run.get("status", {})
    return Analysis(
        name=run["metadata"]["name"],
        phase=status.get("phase", "Pending"),
        message=status.get("message", ""),
        metrics=tuple(_metric(one) for one in status.get("metricResults", [])),
    )


def _metric(result: dict[str, Any]) -> Metric:
    measurements: list[dict[str, Any]] = result.get("measurements", [])
    last = measurements[-1] if measurements else {}
    return Metric(
        name=result["name"],
        phase=result.get("phase", ""),
        value=last.get("value", ""),
        message=result.get("message", "") or last.get("message", ""),
        measured=result.get("count", 0),
    )
