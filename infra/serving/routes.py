"""The way from the gateway to a model: by the split for everyone, and to one version for those who have the key.

Without the key nobody chooses: who could send their requests to the canary alone could make a good release look bad,
and a bad one good. While all pods of a canary are unready, requests pinned to it get 503, because nobody else stands
behind that service; when there is no canary, its service leads to the stable pods.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_kubernetes as k8s

from infra.shared import metadata
from infra.shared.metadata import Component
from infra.shared.namespaces import Claim

VERSION_HEADER: Final = "X-Slipway-Version"
"""Says which version a request is for, `stable` or `canary`, where its key does."""
KEY_HEADER: Final = "X-Slipway-Key"
"""Proves that a request may say so. The gateway takes it off, so no pod gets to know it."""


@dataclass(frozen=True, kw_only=True)
class RoutesArgs:
    """What leads where.

    Attributes:
        namespace: where the routes are; they lead nowhere else.
        claim: host and path at the gateway; the path is taken off before a pod sees the request.
        everyone: the TraefikService for those who don't choose.
        versions: the Service of each version's pods, as the header calls them.
        key: who sends it may choose; None where nobody may.
    """

    namespace: str
    claim: Claim
    everyone: pulumi.Input[str]
    versions: Mapping[str, pulumi.Input[str]]
    key: pulumi.Output[str] | None


class Routes(pulumi.ComponentResource):
    """Middlewares and IngressRoutes."""

    def __init__(self, name: str, args: RoutesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:serving:Routes", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        path = args.claim.path

        def declare(kind: str, suffix: str, spec: dict[str, Any]) -> k8s.apiextensions.CustomResource:
            return k8s.apiextensions.CustomResource(
                f"{name}-{suffix}",
                api_version="traefik.io/v1alpha1",
                kind=kind,
                metadata=metadata.metadata(
                    f"{name}-{suffix}", metadata.selector(name, Component.MODEL_SERVER), args.namespace
                ),
                spec=spec,
                opts=child,
            )

        declare("Middleware", "strip", {"stripPrefix": {"prefixes": [path]}})
        # Asks another pod when one can't be connected to. Traefik repeats no request that a pod has begun to get.
        declare("Middleware", "retry", {"retry": {"attempts": 3, "initialInterval": "50ms"}})
        # PathPrefix alone compares characters: /pump would also match /pumps.
        match = f"(Path(`{path}`) || PathPrefix(`{path}/`))"
        if args.claim.host is not None:
            match = f"Host(`{args.claim.host}`) && {match}"

        def lead(suffix: str, match: pulumi.Input[str], middlewares: list[str], service: dict[str, Any]) -> None:
            rule = {
                "kind": "Rule",
                "match": match,
                "middlewares": [{"name": f"{name}-{one}"} for one in middlewares],
                "services": [service],
            }
            declare("IngressRoute", suffix, {"entryPoints": ["web"], "routes": [rule]})

        lead("route", match, ["retry", "strip"], {"kind": "TraefikService", "name": args.everyone})
        if args.key is not None:
            declare("Middleware", "key", {"headers": {"customRequestHeaders": {KEY_HEADER: ""}}})
            for version, service in args.versions.items():
                # The longest rule wins, so it repeats host and path. A route of its own: the controller of releases
                # knows nothing of it.
                pinned = pulumi.Output.format(
                    "{0} && Header(`{1}`, `{2}`) && Header(`{3}`, `{4}`)",
                    match, VERSION_HEADER, version, KEY_HEADER, args.key,
                )  # fmt: skip
                lead(
                    f"{version}-route",
                    pinned,
                    ["retry", "strip", "key"],
                    {"kind": "Service", "name": service, "port": 80},
                )

        self.register_outputs({})
