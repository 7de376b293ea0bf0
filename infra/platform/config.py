"""The platform stack's configuration, `slipway-platform:*`, as frozen models."""

from typing import Final, Self

from pydantic import Field, model_validator

from infra.platform.foundation.aws.config import Aws
from infra.platform.foundation.local.config import FILLED_IN, Local
from infra.platform.monitoring.config import Monitoring
from infra.shared.configuration import Section
from infra.shared.namespaces import Namespaces
from infra.shared.vocabulary import MONITORING_NAMESPACE, ImageByDigest

NAMESPACE: Final = "slipway-platform"


class Foundation(Section):
    """What the platform stands on: one of the kinds."""

    local: Local | None = Field(default=None, description="a cluster, a registry and an S3 service that exist")
    aws: Aws | None = Field(default=None, description="an account of AWS: all of it is made there")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.local is None) == (self.aws is None):
            given = "both" if self.local else "neither"
            raise ValueError(f"has {given} of local and aws: give exactly one")
        return self


class Images(Section):
    """Third-party images, pinned by digest."""

    traefik: ImageByDigest = Field(description=f"image of the gateway; {FILLED_IN}")
    argo_rollouts: ImageByDigest = Field(description=f"image of the rollouts controller; {FILLED_IN}")


class Crds(Section):
    """Upstream CRDs."""

    folder: str = Field(
        description="folder with the CRDs of infra/platform/crds/crds.lock.yaml, which "
        f"`python -m infra.platform.crds fetch FOLDER` brings; {FILLED_IN}"
    )


class Gateway(Section):
    """The gateway's size."""

    replicas: int = Field(ge=2, description="pods; at least 2, so that one may go")


class PlatformConfig(Section):
    """All of it."""

    foundation: Foundation = Field(description="what the platform stands on")
    protect: bool = Field(
        description="whether the model bucket, the CRDs and the namespaces of serving stacks are kept when this stack "
        "is destroyed or no longer says them; all else hangs on them"
    )
    images: Images = Field(description="third-party images by digest")
    crds: Crds = Field(description="where the upstream CRDs are")
    gateway: Gateway = Field(description="the gateway's size")
    monitoring: Monitoring | None = Field(
        default=None, description="what watches the cluster: installed or existing; without it, nothing does"
    )
    namespaces: Namespaces = Field(description="the namespaces of serving stacks by name")

    @model_validator(mode="after")
    def _aws_agrees(self) -> Self:
        aws = self.foundation.aws
        if aws is None:
            return self
        if self.protect and aws.store.force_destroy:
            raise ValueError(
                "protect is true, and foundation.aws.store.forceDestroy would let buckets go with what they hold: "
                "set one of both to false"
            )
        for namespace in aws.store.readers:
            if namespace not in self.namespaces:
                raise ValueError(
                    f"foundation.aws.store.readers has {namespace!r}, which is none of namespaces "
                    f"({', '.join(sorted(self.namespaces))}): name one of them, or add it there"
                )
        return self

    @property
    def tools(self) -> set[str]:
        """Whose definitions the platform declares, as the CRDs' lock names them: of what it installs."""
        installed = self.monitoring is not None and self.monitoring.installed is not None
        return {"argo-rollouts", "traefik"} | ({"keda", "prometheus-operator"} if installed else set())

    @property
    def monitoring_namespace(self) -> str:
        """Where Prometheus runs, or would."""
        existing = self.monitoring.existing if self.monitoring else None
        return existing.namespace if existing else MONITORING_NAMESPACE
