"""Copies of requests for pods that are on trial: the user's answer is the split's, and the copy's is thrown away.

While nothing is on trial there is nobody to copy for: the service selects a label that only those pods have. Copies
count in the new version's figures like requests, since no pod can tell them apart.
"""

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_kubernetes as k8s

from infra.serving.config import Mirror
from infra.serving.delivery import ROLE
from infra.shared import metadata
from infra.shared.metadata import Component
from infra.shared.workloads import after

BODY_LIMIT: Final = 64 * 1024
"""Bytes of a body that is copied, as many as the service takes; it is kept in the gateway's memory meanwhile."""


@dataclass(frozen=True, kw_only=True)
class ShadowArgs:
    """What is copied.

    Attributes:
        namespace: where it is.
        mirror: how much.
        split: the TraefikService that answers.
    """

    namespace: str
    mirror: Mirror
    split: pulumi.Input[str]


class Shadow(pulumi.ComponentResource):
    """The Service of pods on trial, and the TraefikService that copies.

    Attributes:
        service: the TraefikService's name, which routes lead to instead of the split.
    """

    service: pulumi.Output[str]

    def __init__(self, name: str, args: ShadowArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:serving:Shadow", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        selector = metadata.selector(name, Component.MODEL_SERVER)

        trial = k8s.core.v1.Service(
            f"{name}-shadow",
            # It has pods in a release alone.
            metadata=metadata.metadata(f"{name}-shadow", selector, args.namespace, {"pulumi.com/skipAwait": "true"}),
            spec={"selector": {**selector, **ROLE}, "ports": [{"name": "http", "port": 80, "target_port": "http"}]},
            opts=child,
        )
        copying = k8s.apiextensions.CustomResource(
            f"{name}-mirror",
            api_version="traefik.io/v1alpha1",
            kind="TraefikService",
            metadata=metadata.metadata(f"{name}-mirror", selector, args.namespace),
            spec={
                "mirroring": {
                    "kind": "TraefikService",
                    "name": args.split,
                    "maxBodySize": BODY_LIMIT,
                    "mirrors": [{"name": trial.metadata.name, "port": 80, "percent": args.mirror.percent}],
                }
            },
            opts=child,
        )

        self.service = after(f"{name}-mirror", copying)
        self.register_outputs({"service": self.service})
