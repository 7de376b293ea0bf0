"""The way from the gateway to a model: by the split for everyone, and to the canary alone for those who ask for it."""

from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_kubernetes as k8s

from infra.shared import metadata
from infra.shared.metadata import Component
from infra.shared.namespaces import Claim

# A request with this header gets the new version from its first ready pod on, and otherwise the stable one: when the
# controller aborts, it points the canary service back at the stable pods. While all pods of a canary are unready it
# gets 503, because nobody else stands behind that service.
CANARY_HEADER: Final = ("X-Slipway-Version", "canary")


@dataclass(frozen=True, kw_only=True)
class RoutesArgs:
    """What leads where.

    Attributes:
        namespace: where the routes are; they lead nowhere else.
        claim: host and path at the gateway; the path is taken off before a pod sees the request.
        split: the TraefikService for everyone.
        canary_service: the Service of the new version's pods.
    """

    namespace: str
    claim: Claim
    split: pulumi.Input[str]
    canary_service: pulumi.Input[str]


class Routes(pulumi.ComponentResource):
    """Middlewares and two IngressRoutes."""

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
        middlewares = [{"name": f"{name}-retry"}, {"name": f"{name}-strip"}]
        # PathPrefix alone compares characters: /pump would also match /pumps.
        match = f"(Path(`{path}`) || PathPrefix(`{path}/`))"
        if args.claim.host is not None:
            match = f"Host(`{args.claim.host}`) && {match}"

        declare(
            "IngressRoute",
            "route",
            {
                "entryPoints": ["web"],
                "routes": [
                    {
                        "kind": "Rule",
                        "match": match,
                        "middlewares": middlewares,
                        "services": [{"kind": "TraefikService", "name": args.split}],
                    }
                ],
            },
        )
        # The longer rule wins, so it repeats host and path. A route of its own: the controller knows nothing of it.
        header, value = CANARY_HEADER
        declare(
            "IngressRoute",
            "canary-route",
            {
                "entryPoints": ["web"],
                "routes": [
                    {
                        "kind": "Rule",
                        "match": f"{match} && Header(`{header}`, `{value}`)",
                        "middlewares": middlewares,
                        "services": [{"kind": "Service", "name": args.canary_service, "port": 80}],
                    }
                ],
            },
        )

        self.register_outputs({})
