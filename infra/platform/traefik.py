"""The gateway's pod: Traefik and how it is started."""

from typing import Final

import pulumi
from pulumi_kubernetes.core.v1 import PodSpecArgsDict

from infra import placement, security
from infra.resources import Resources

NAME: Final = "traefik"
WEB_PORT: Final = 8000
RESOURCES: Final = Resources.model_validate(
    {
        "requests": {"cpu": "100m", "memory": "128Mi", "ephemeralStorage": "64Mi"},
        "limits": {"cpu": "1", "memory": "384Mi", "ephemeralStorage": "256Mi"},
    }
)

_PING_PORT: Final = 8080
_USER: Final = 65532
# A pod that goes: for so long it takes requests as if nothing had happened, until every node knows, …
_ACCEPT_SECONDS: Final = 10
# … and then the requests in flight have so long to finish.
_FINISH_SECONDS: Final = 15


def pod(account: pulumi.Input[str], image: pulumi.Input[str], selector: dict[str, str]) -> PodSpecArgsDict:
    """The pod's spec."""
    return {
        "service_account_name": account,
        "automount_service_account_token": True,
        "enable_service_links": False,
        "termination_grace_period_seconds": _ACCEPT_SECONDS + _FINISH_SECONDS + 5,
        "security_context": security.pod(_USER),
        "topology_spread_constraints": placement.spread(selector),
        "containers": [
            {
                "name": NAME,
                "image": image,
                "args": _ARGUMENTS,
                "ports": [
                    {"name": "web", "container_port": WEB_PORT},
                    {"name": "ping", "container_port": _PING_PORT},
                ],
                # Its first configuration comes a moment after it starts to listen; a pod without one answers 404.
                "readiness_probe": {
                    "http_get": {"path": "/ping", "port": "ping"},
                    "initial_delay_seconds": 5,
                    "period_seconds": 2,
                    "failure_threshold": 1,
                },
                "liveness_probe": {
                    "http_get": {"path": "/ping", "port": "ping"},
                    "initial_delay_seconds": 5,
                    "period_seconds": 10,
                    # While it drains, /ping answers 503: that must not count as dead.
                    "failure_threshold": 6,
                },
                "resources": RESOURCES.requirements(),
                "security_context": security.CONTAINER,
            }
        ],
    }


_ARGUMENTS: Final = [
    "--global.checkNewVersion=false",
    "--global.sendAnonymousUsage=false",
    "--log.format=json",
    "--log.level=INFO",
    "--ping=true",
    f"--entryPoints.web.address=:{WEB_PORT}/tcp",
    f"--entryPoints.web.transport.lifeCycle.requestAcceptGraceTimeout={_ACCEPT_SECONDS}s",
    f"--entryPoints.web.transport.lifeCycle.graceTimeOut={_FINISH_SECONDS}s",
    # `traefik` is the entry point that /ping is served on; it has to outlive `web`.
    f"--entryPoints.traefik.address=:{_PING_PORT}/tcp",
    f"--entryPoints.traefik.transport.lifeCycle.requestAcceptGraceTimeout={_ACCEPT_SECONDS + _FINISH_SECONDS}s",
    "--providers.kubernetescrd=true",
    # Without it, one service without a ready pod takes its whole route away: 404 for everyone.
    "--providers.kubernetescrd.allowEmptyServices=true",
    "--providers.kubernetescrd.allowCrossNamespace=false",
    "--providers.kubernetescrd.allowExternalNameServices=false",
    # It then needs no rights on nodes and ingress classes.
    "--providers.kubernetescrd.disableClusterScopeResources=true",
]
