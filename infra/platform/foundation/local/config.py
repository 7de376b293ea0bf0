"""What a platform stack says of a foundation that exists."""

from typing import Annotated, Final

from pydantic import Field

from infra.shared.configuration import Section
from infra.shared.network import Address
from infra.shared.vocabulary import Cidr

FILLED_IN: Final = "`make up` fills it in for the sandbox"

Url = Annotated[str, Field(pattern=r"^https?://[^/]+$")]
Addresses = Annotated[list[Address], Field(min_length=1)]


class Store(Section):
    """The S3 service that holds the model bucket."""

    endpoint: Url = Field(description="the service's address, as this machine and pods reach it")
    addresses: Addresses = Field(description="where pods' traffic to the endpoint goes: cidr and port of each")
    region: str = Field(description="AWS region, like 'us-east-1'")
    bucket: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", description="the model bucket's name")
    force_destroy: bool = Field(description="whether `pulumi destroy` may delete a bucket that still holds models")


class Entrance(Section):
    """How requests get in."""

    node_port: int = Field(ge=30000, le=32767, description="the port that every node serves the gateway on")
    url: Url = Field(description="where clients reach the gateway, like 'http://127.0.0.1:30080'")


class Local(Section):
    """A cluster, an image registry and an S3 service."""

    kubeconfig: str = Field(description=f"path of a kubeconfig with administrator's rights; {FILLED_IN}")
    identifier: str = Field(description="a name for the cluster that never changes")
    api_server: Addresses = Field(description="where pods' traffic to the Kubernetes API goes: cidr and port of each")
    kubelets: Addresses = Field(description="where pods' traffic to the kubelets goes: cidr and port of each")
    dns: list[Cidr] = Field(description="networks that answer look-ups beside kube-dns' pods, like a node's own cache")
    registry: str = Field(description="registry that our own image is pushed to, like '127.0.0.1:5050'")
    store: Store = Field(description="the S3 service")
    entrance: Entrance = Field(description="how requests get in")
