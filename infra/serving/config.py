"""The serving stack's configuration, `slipway:*`, as frozen models."""

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, pairwise, permutations
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from infra.serving.tracing import Tracing
from infra.shared.configuration import Section
from infra.shared.namespaces import Claim
from infra.shared.quantities import Quantity, Resources
from infra.shared.vocabulary import Host, ImageByDigest, Namespace, Route
from modelstore.vocabulary import Digest, ModelName, ModelVersion, PublicKeyPem

NAMESPACE: Final = "slipway"

TMP: Final = Quantity.parse("64Mi")
"""Room for a pod's temporary files."""

_LOGS: Final = Quantity.parse("64Mi")
"""A container's logs: the kubelet keeps five files of 10 MiB, and a sixth while it turns them."""

_TAKEN: Final = (
    *("{}_canary", "{}_golden", "{}_mirror", "{}_stable", "verify_{}"),
    *("{}_canary_80", "{}_stable_80", "{}_shadow_80"),
)
"""Names of models whose objects would be called like some of another's; the gateway knows services with their port."""

BOUNDARIES: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Where the buckets of the service's latencies end, in seconds; between two of them nothing is known. The service's
own numbers (service/metrics.py), which a test compares."""

Seconds = Annotated[int, Field(ge=0, le=3600)]
Judged = Annotated[int, Field(ge=5, le=3600)]
Margin = Annotated[float, Field(gt=0, lt=1)]
# With less, even a total failure would not be the 14.4 times that a page asks for.
Promised = Annotated[Decimal, Field(ge=95, lt=100, decimal_places=3)]


def _stack(value: str) -> str:
    if not re.fullmatch(r"[^/]+/[^/]+/[^/]+", value):
        raise ValueError(f"{value!r} names no stack, like 'organization/slipway-platform/local'")
    return value


class Build(Section):
    """An image that this stack builds."""

    context: str = Field(description="folder that is built, relative to Pulumi.yaml, like '.'")
    dockerfile: str = Field(description="relative to Pulumi.yaml, like 'Dockerfile'")
    base: str = Field(
        description="image that it starts from, like 'docker.io/library/python:3.11-slim-bookworm', best with its "
        "digest; `make up` fills it in for the sandbox"
    )


class Image(Section):
    """The service's image: built here, or one that was built and proven elsewhere."""

    build: Build | None = Field(default=None, description="build it from a context")
    digest: ImageByDigest | None = Field(default=None, description="take this one, like 'REGISTRY/slipway/service@…'")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.build is None) == (self.digest is None):
            given = "both" if self.build else "neither"
            raise ValueError(f"has {given} of build and digest: give exactly one")
        return self


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A part of a release in which nothing changes, so that both versions can be compared.

    Attributes:
        weight: percent of the requests that the new version has: 0 where it gets copies alone, 100 in the bake time.
        seconds: how long.
    """

    weight: int
    seconds: int


class Scaling(Section):
    """How many pods serve the model."""

    min_replicas: int = Field(ge=2, le=100, description="pods at rest; at least 2, so that one may go")
    max_replicas: int = Field(ge=2, le=100, description="pods under load")
    scale_down_window_seconds: Seconds = Field(description="load must be low for so long before pods go")
    requests_in_flight: Annotated[int, Field(ge=1, le=4096)] | None = Field(
        default=None,
        description="requests that one pod has at a time, waiting ones too; with more of them, more pods come. Without "
        "it, CPU and memory have to do, as where the platform has no autoscaler that knows them",
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min_replicas > self.max_replicas:
            raise ValueError(f"minReplicas {self.min_replicas} is above maxReplicas {self.max_replicas}: swap them")
        return self


class Step(Section):
    """A share of the requests, and for how long it is looked at."""

    weight: int = Field(ge=1, le=99, description="percent of the requests, like 10")
    seconds: Judged = Field(description="the new version is judged so long with them")


class Mirror(Section):
    """Copies of requests for a new version, before anybody gets an answer of it."""

    percent: int = Field(ge=1, le=100, description="of the requests that are copied, like 10")
    seconds: Judged = Field(description="the new version is judged so long with copies alone")


class Canary(Section):
    """How a new version is tried before it takes over."""

    steps: list[Step] = Field(
        description="shares of the requests that it gets one after the other: weight, seconds. With none it gets all "
        "at once, and the bake time is all that it is judged in"
    )
    bake_seconds: Judged = Field(description="it is judged so long with all requests, before it takes over for good")
    progress_deadline_seconds: Annotated[int, Field(ge=30, le=3600)] = Field(
        description="a version that isn't ready by then is taken off"
    )
    scale_down_delay_seconds: Annotated[int, Field(ge=30, le=3600)] = Field(
        description="the old version's pods stay so long after it was replaced"
    )
    mirror: Mirror | None = Field(
        default=None, description="copies of requests that it gets as long as it is tried: percent, seconds"
    )

    @field_validator("steps")
    @classmethod
    def _ascending(cls, steps: list[Step]) -> list[Step]:
        for before, step in pairwise(steps):
            if step.weight <= before.weight:
                raise ValueError(f"weight {step.weight} comes after {before.weight}: let each be larger than the last")
        return steps

    @property
    def stages(self) -> list[Stage]:
        """What a release goes through, one after the other."""
        shadow = [Stage(weight=0, seconds=self.mirror.seconds)] if self.mirror else []
        shares = [Stage(weight=step.weight, seconds=step.seconds) for step in self.steps]
        return [*shadow, *shares, Stage(weight=100, seconds=self.bake_seconds)]

    @property
    def longest_seconds(self) -> int:
        """How long a release may take."""
        # Each stage may wait for pods as long as the deadline is, and a minute for what is asked to begin and to end.
        return sum(self.progress_deadline_seconds + stage.seconds + 60 for stage in self.stages)


class Analysis(Section):
    """What a new version is judged by, in every stage: margins are over what the stable version does meanwhile."""

    minimum_requests: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        description="a stage with fewer answers of the new version proves nothing, and ends the release"
    )
    golden_per_second: Annotated[int, Field(ge=1, le=100)] = Field(
        description="the model's golden readings are asked so often meanwhile"
    )
    errors: Margin = Field(description="share of its requests that may fail beyond the stable version's, like 0.01")
    invalid: Margin = Field(description="share that it may refuse as invalid beyond the stable version's, like 0.02")
    slow: Margin = Field(description="share that may be slower than nearly all of the stable version's, like 0.02")
    shift: Margin | None = Field(
        default=None,
        description="how far the distribution of its predictions may be off the stable version's (0 to 1, the largest "
        "distance between both); without it they may be what they like, as after a training on purpose",
    )


class Latency(Section):
    """How long answers may take."""

    seconds: float = Field(description=f"an answer that took longer was slow; one of {', '.join(map(str, BOUNDARIES))}")
    percent: Promised = Field(description="of the answers that are not slow, over thirty days, like 99")

    @field_validator("seconds")
    @classmethod
    def _measured(cls, value: float) -> float:
        if value not in BOUNDARIES:
            raise ValueError(f"{value} is no end of a bucket: take one of {', '.join(map(str, BOUNDARIES))}")
        return value


class Objectives(Section):
    """What the model's clients are promised; alerts tell when it is about to be broken."""

    availability: Promised = Field(
        description="percent of the requests that get their answer, over thirty days, like 99.9"
    )
    latency: Latency = Field(description="how long answers may take")


class Model(Section):
    """A model and the numbers that it is served with."""

    version: ModelVersion = Field(description="version in the model store, like '1.3.0'")
    manifest: Digest = Field(
        description="digest of its manifest, as `slipway model show` prints it; `make up` fills it in for the sandbox"
    )
    attempt: Annotated[int, Field(ge=1, le=999)] = Field(
        default=1, description="which try of this release: a release that was aborted is tried again with a larger one"
    )
    commit: Annotated[str, Field(pattern=r"^[0-9a-f]{7,64}$")] | None = Field(
        default=None, description="commit that the release was made from, for the ledger alone"
    )
    image: ImageByDigest | None = Field(
        default=None, description="the service's image for this model alone; without it, the stack's"
    )
    host: Host | None = Field(default=None, description="host of its requests, like 'models.example.com'; any without")
    route: Route = Field(description="path at the gateway, like '/maintenance-predictor'")
    resources: Resources = Field(description="of one pod")
    processes: Annotated[int, Field(ge=1, le=64)] = Field(
        default=1, description="that answer in one pod, each with the model in its memory; more pods are safer"
    )
    cache: Quantity = Field(description="room for the downloaded model, like '512Mi'")
    scaling: Scaling = Field(description="how many pods")
    canary: Canary = Field(description="how a new version is tried")
    analysis: Analysis | None = Field(
        default=None,
        description="what a new version is judged by, which the platform's monitoring measures; without it, it is only "
        "looked at whether its pods are ready",
    )
    objectives: Objectives = Field(description="what its clients are promised")
    tracing: Tracing | None = Field(
        default=None, description="where traces of its predictions go; without it, where the stack's do"
    )

    @property
    def claim(self) -> Claim:
        """The requests that are for it."""
        return Claim(host=self.host, path=self.route)

    @model_validator(mode="after")
    def _fits_on_disk(self) -> Self:
        need, limit = self.cache + TMP + _LOGS, self.resources.limits.ephemeral_storage
        if limit < need:
            raise ValueError(
                f"cache {self.cache}, {TMP} of temporary files and {_LOGS} of logs don't fit into "
                f"resources.limits.ephemeralStorage {limit}, and its pods would be evicted again and again: "
                f"raise the limit to {need} or lower the cache"
            )
        return self


class Monitoring(Section):
    """How closely the models are looked at."""

    # The shortest windows are a minute, and a rate needs several samples in each.
    scrape_seconds: Annotated[int, Field(ge=1, le=15)] = Field(description="pods are asked for their figures so often")


class Signatures(Section):
    """Public keys, in PEM: what isn't signed with them is neither brought up nor loaded. A public key is no secret."""

    images: PublicKeyPem | None = Field(
        default=None, description="of images that are taken by digest, as `cosign` signs them with a key"
    )
    models: PublicKeyPem | None = Field(
        default=None, description="of models, as `slipway model sign` and `model_signing` sign them with a key"
    )


class ServingConfig(Section):
    """All of it."""

    platform: Annotated[str, AfterValidator(_stack)] = Field(description="the platform's stack")
    namespace: Namespace = Field(description="the platform's namespace for this stack alone")
    image: Image = Field(description="the service's image, of every model that names none")
    monitoring: Monitoring | None = Field(
        default=None,
        description="how closely models are looked at, by the platform's monitoring; without it they are not, and "
        "their autoscaler knows CPU and memory alone",
    )
    models: dict[ModelName, Model] = Field(min_length=1, description="models by name")
    signatures: Signatures = Field(
        default_factory=Signatures, description="keys that images and models have to be signed with; none without"
    )
    tracing: Tracing | None = Field(
        default=None, description="where traces of predictions go, of every model that says nothing; none without"
    )

    @model_validator(mode="after")
    def _routes_apart(self) -> Self:
        for (one, first), (other, second) in combinations(self.models.items(), 2):
            if first.claim.meets(second.claim):
                raise ValueError(
                    f"models.{other}.route '{second.claim}' overlaps models.{one}.route '{first.claim}': change one"
                )
        return self

    @model_validator(mode="after")
    def _evidence_without_clients(self) -> Self:
        for name, model in self.models.items():
            if model.analysis and self.monitoring:
                wanted, often = model.analysis.minimum_requests, model.analysis.golden_per_second
                shortest = min(stage.seconds for stage in model.canary.stages)
                # Until the first scrape nothing is known, and what is asked after the last one isn't either.
                counted = often * max(shortest - 2 * self.monitoring.scrape_seconds, 0)
                if wanted >= counted:
                    raise ValueError(
                        f"models.{name}.analysis.minimumRequests {wanted} is not below the {counted} golden readings "
                        f"that can be counted in a stage of {shortest} s (goldenPerSecond {often}, scrapeSeconds "
                        f"{self.monitoring.scrape_seconds}), so no release would pass while clients are quiet: lower "
                        "it, raise goldenPerSecond, or make that stage of canary longer"
                    )
        return self

    @model_validator(mode="after")
    def _names_apart(self) -> Self:
        for one, other in permutations(self.models, 2):
            if other in (form.format(one) for form in _TAKEN):
                raise ValueError(
                    f"models.{other} is called like a part of models.{one}, and their objects would have the same "
                    "names: publish one of both under another name"
                )
        return self
