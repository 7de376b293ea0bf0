"""The platform stack's configuration, `slipway-platform:*`, as frozen models."""

from typing import Annotated, Final

from pydantic import Field

from infra.configuration import Section
from infra.vocabulary import Cidr, ImageByDigest

NAMESPACE: Final = "slipway-platform"
FILLED_IN: Final = "`make up` fills it in for the sandbox"

Port = Annotated[int, Field(ge=1, le=65535)]
Url = Annotated[str, Field(pattern=r"^https?://[^/]+$")]


class Address(Section):
    """A TCP port of a network, as pods see it; network policies name it."""

    cidr: Cidr = Field(description="network, like '10.244.0.1/32'")
    port: Port = Field(description="TCP port")


class Store(Section):
    """The S3 service that holds the model bucket."""

    endpoint: Url = Field(description="the service's address, as this machine and pods reach it")
    address: Address = Field(description="where pods' traffic to the endpoint goes")
    region: str = Field(description="AWS region, like 'us-east-1'")
    bucket: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", description="the model bucket's name")
    force_destroy: bool = Field(description="whether `pulumi destroy` may delete a bucket that still holds models")


class Foundation(Section):
    """What exists before the platform: a cluster, an image registry and an S3 service."""

    kubeconfig: str = Field(description=f"path of a kubeconfig with administrator's rights; {FILLED_IN}")
    identifier: str = Field(description="a name for the cluster that never changes")
    api_server: Address = Field(description="where pods' traffic to the Kubernetes API goes")
    registry: str = Field(description="registry that our own image is pushed to, like '127.0.0.1:5050'")
    store: Store = Field(description="the S3 service")


class Images(Section):
    """Third-party images, pinned by digest."""

    traefik: ImageByDigest = Field(description=f"image of the gateway; {FILLED_IN}")
    argo_rollouts: ImageByDigest = Field(description=f"image of the rollouts controller; {FILLED_IN}")


class Manifests(Section):
    """Upstream CRDs."""

    folder: str = Field(description=f"folder with the files of infra/platform/manifests.lock.yaml; {FILLED_IN}")


class Gateway(Section):
    """The gateway's size and address."""

    replicas: int = Field(ge=2, description="pods; at least 2, so that one may go")
    node_port: int = Field(ge=30000, le=32767, description="the port that every node serves the gateway on")
    url: Url = Field(description="where clients reach the gateway, like 'http://127.0.0.1:30080'")


class PlatformConfig(Section):
    """All of it."""

    foundation: Foundation = Field(description="what exists before the platform")
    images: Images = Field(description="third-party images by digest")
    manifests: Manifests = Field(description="where the upstream CRDs are")
    gateway: Gateway = Field(description="the gateway's size and address")
