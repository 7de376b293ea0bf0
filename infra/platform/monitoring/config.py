"""What a platform stack says of monitoring: what the platform installs, or what the cluster has."""

from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, StringConstraints, model_validator

from infra.platform.foundation.local.config import FILLED_IN
from infra.shared.configuration import Section
from infra.shared.network import Address
from infra.shared.quantities import Quantity, Resources
from infra.shared.vocabulary import ImageByDigest

SECRETS: Final = "slipway-receivers"
"""Namespace of the configuration with each receiver's secret under its name: a URL, or a password."""

LOGS: Final = Quantity.parse("128Mi")
"""Room for what a container has logged, in its share of the node's disk."""

Labels = Annotated[dict[str, str], Field(min_length=1)]
ReceiverName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?$")]
_Mailbox = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")]


class Kind(StrEnum):
    """What a receiver may be told: alerts by their severity, and a sign of life."""

    PAGE = "page"
    TICKET = "ticket"
    HEARTBEAT = "heartbeat"


class Webhook(Section):
    """A program that takes Alertmanager's JSON. Its URL is the receiver's secret."""


class Slack(Section):
    """A channel of Slack, or of what speaks like it. The webhook's URL is the receiver's secret."""

    channel: str = Field(pattern=r"^[#@]\S+$", description="channel or person, like '#models'")


class Email(Section):
    """Mailboxes. The password of the one who sends is the receiver's secret."""

    smarthost: str = Field(pattern=r"^[^\s:]+:\d+$", description="host and port that take mail, like 'smtp.test:587'")
    username: str = Field(min_length=1, description="who signs in there")
    sender: _Mailbox = Field(description="whom the mail is from, like 'slipway@example.com'")
    recipients: list[_Mailbox] = Field(min_length=1, description="whom it is for")


class Receiver(Section):
    """Somebody who is told; how to reach them is a secret."""

    webhook: Webhook | None = Field(default=None, description="a program that takes Alertmanager's JSON; no keys")
    slack: Slack | None = Field(default=None, description="a channel of Slack or the like: channel")
    email: Email | None = Field(default=None, description="mailboxes: smarthost, username, sender, recipients")
    networks: list[Address] = Field(
        min_length=1, description="where Alertmanager's traffic to it goes: cidr and port of each; nothing else is open"
    )
    gets: list[Kind] = Field(
        min_length=1, description="what it is told: page, ticket, heartbeat (a sign of life every minute)"
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [name for name in ("webhook", "slack", "email") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"has {' and '.join(given) or 'none'} of webhook, slack and email: give exactly one")
        return self


class Images(Section):
    """Images of what the platform installs, pinned by digest."""

    prometheus: ImageByDigest = Field(description=f"image of Prometheus; {FILLED_IN}")
    alertmanager: ImageByDigest = Field(description=f"image of Alertmanager; {FILLED_IN}")
    prometheus_operator: ImageByDigest = Field(description=f"image of the Prometheus operator; {FILLED_IN}")
    config_reloader: ImageByDigest = Field(description=f"image of the operator's config reloader; {FILLED_IN}")
    keda: ImageByDigest = Field(description=f"image of KEDA's operator; {FILLED_IN}")
    keda_metrics_apiserver: ImageByDigest = Field(description=f"image of KEDA's metrics API; {FILLED_IN}")


class Installed(Section):
    """A Prometheus stack and KEDA, which the platform installs."""

    images: Images = Field(description="images by digest")
    replicas: int = Field(ge=1, le=5, description="pods of Prometheus and of Alertmanager; 2, so that one may go")
    retention: str = Field(pattern=r"^\d+[hdwy]$", description="how long series are kept, like '15d'")
    size: Quantity = Field(description="room for them, like '20Gi'; the oldest go when four fifths are taken")
    storage_class: str | None = Field(
        default=None, description="class of a volume that outlives the pods, like 'gp3'; without it they begin anew"
    )
    resources: Resources = Field(description="of Prometheus: its memory grows with the number of series")
    scrape_seconds: int = Field(
        ge=5, le=30, description="how often Prometheus asks whatever doesn't say otherwise, like 15"
    )
    labels: Labels = Field(description="what monitors and rules must carry, like {release: kube-prometheus-stack}")
    receivers: dict[ReceiverName, Receiver] = Field(description="who is told, by name; {} for nobody")

    @model_validator(mode="after")
    def _fits_on_disk(self) -> Self:
        need = LOGS if self.storage_class else self.size + LOGS
        limit = self.resources.limits.ephemeral_storage
        if limit < need:
            raise ValueError(
                f"resources.limits.ephemeralStorage {limit} is below the {need} that Prometheus takes of its node's "
                "disk, and its pods would be evicted again and again: raise it, lower the size, or name a storageClass"
            )
        return self


class Existing(Section):
    """A Prometheus stack that the cluster has: the platform installs none."""

    url: str = Field(pattern=r"^https?://[^/]+$", description="where pods reach Prometheus")
    namespace: str = Field(min_length=1, description="where Prometheus runs, like 'monitoring'")
    labels: Labels = Field(description="what its monitors and rules must carry, like {release: kube-prometheus-stack}")
    autoscaler_namespace: str | None = Field(
        default=None, description="where the cluster's KEDA runs, if it has one: models then follow their requests too"
    )


class Monitoring(Section):
    """What watches the cluster."""

    installed: Installed | None = Field(default=None, description="Prometheus, Alertmanager and KEDA, installed here")
    existing: Existing | None = Field(default=None, description="the cluster's own Prometheus stack")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.installed is None) == (self.existing is None):
            given = "both" if self.installed else "neither"
            raise ValueError(f"has {given} of installed and existing: give exactly one, or leave monitoring out")
        return self
