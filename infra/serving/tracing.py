"""Which predictions are traced, and where their traces go. Nothing is, unless a stack says so.

A collector is reached through the network policy of the pods, so its addresses are named beside its URL, and no others
are opened. What a collector may ask for, like a token, has no place here: one in the cluster can have it.
"""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from infra.shared.configuration import Section
from infra.shared.network import Address

_URL: Final = re.compile(r"https?://([\w.-]+|\[[\da-fA-F:]+\])(:\d{1,5})?(/[\w.~-]+)*/?", re.ASCII)

SAMPLER: Final = "parentbased_traceidratio"
"""A client that traces its request decides for it; of the others a share is traced."""


def _collector(value: str) -> str:
    if not _URL.fullmatch(value):
        raise ValueError(
            f"{value!r} is no collector's URL, like 'http://collector.monitoring:4318' "
            "(OTLP over HTTP, without user and query)"
        )
    return value


class Tracing(Section):
    """A collector of traces, and what it gets."""

    endpoint: Annotated[str, AfterValidator(_collector)] = Field(
        description="the collector's URL as pods reach it, like 'http://collector.monitoring:4318'; spans go to its "
        "/v1/traces by OTLP over HTTP"
    )
    ratio: float = Field(
        ge=0, le=1, description="share of the requests that are traced, like 0.01, of those whose client doesn't say"
    )
    addresses: Annotated[list[Address], Field(min_length=1)] = Field(
        description="where pods' traffic to the endpoint goes: cidr and port of each"
    )

    def variables(self, namespace: str) -> dict[str, str]:
        """Environment of a pod in `namespace` that is traced."""
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.endpoint,
            "OTEL_RESOURCE_ATTRIBUTES": f"k8s.namespace.name={namespace}",
            "OTEL_TRACES_SAMPLER": SAMPLER,
            "OTEL_TRACES_SAMPLER_ARG": str(self.ratio),
        }
