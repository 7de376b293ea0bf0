"""The pod that serves a model: one container, which downloads the model itself and is ready when it answers.

Its image holds no model. Its root file system is read-only; what it writes goes to two emptyDirs of limited size.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_kubernetes.core.v1 import EnvVarArgsDict, PodSpecArgsDict

from infra import placement, security
from infra.serving import release
from infra.serving.config import Model
from infra.serving.foundation import Foundation

PORT: Final = 8000
USER: Final = 10001
CACHE: Final = "/models"

# A pod that goes: Kubernetes tells the gateway while the pod still knows nothing of it, …
PRE_STOP_SECONDS: Final = 5
# … then the service drains and finishes what is in flight (service/settings.py), and there is room to spare.
GRACE_SECONDS: Final = 40


@dataclass(frozen=True, kw_only=True)
class PodArgs:
    """What a pod serves, and with what.

    Attributes:
        name: the model's name.
        model: version, digest and numbers.
        image: by digest.
        account: service account.
        selector: labels of all pods of this model.
        foundation: where the model store is.
    """

    name: str
    model: Model
    image: pulumi.Input[str]
    account: pulumi.Input[str]
    selector: dict[str, str]
    foundation: Foundation


def spec(args: PodArgs) -> PodSpecArgsDict:
    """The pod's spec."""
    return {
        "service_account_name": args.account,
        "automount_service_account_token": False,
        "enable_service_links": False,
        "termination_grace_period_seconds": GRACE_SECONDS,
        "security_context": security.pod(USER),
        "topology_spread_constraints": placement.spread(args.selector),
        "containers": [
            {
                "name": "model-server",
                "image": args.image,
                "ports": [{"name": "http", "container_port": PORT}],
                "env": _environment(args),
                "resources": args.model.resources.requirements(),
                "security_context": security.CONTAINER,
                # The server listens at once and loads the model meanwhile, so being alive is soon known and says
                # nothing of the model; readiness does.
                "startup_probe": {
                    "http_get": {"path": "/livez", "port": "http"},
                    "period_seconds": 1,
                    "timeout_seconds": 2,
                    "failure_threshold": 60,
                },
                "liveness_probe": {
                    "http_get": {"path": "/livez", "port": "http"},
                    "period_seconds": 10,
                    "timeout_seconds": 5,
                    "failure_threshold": 6,
                },
                "readiness_probe": {
                    "http_get": {"path": "/readyz", "port": "http"},
                    "period_seconds": 2,
                    "timeout_seconds": 2,
                    "failure_threshold": 2,
                },
                "lifecycle": {"pre_stop": {"sleep": {"seconds": PRE_STOP_SECONDS}}},
                "volume_mounts": [
                    {"name": "models", "mount_path": CACHE},
                    {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 - an emptyDir of its own
                ],
            }
        ],
        "volumes": [
            {"name": "models", "empty_dir": {"size_limit": str(args.model.cache)}},
            {"name": "tmp", "empty_dir": {"size_limit": "64Mi"}},
        ],
    }


def _environment(args: PodArgs) -> pulumi.Output[list[EnvVarArgsDict]]:
    foundation = args.foundation

    def variables(values: tuple[str, str, Mapping[str, str]]) -> list[EnvVarArgsDict]:
        url, region, reach = values
        plain = {
            "MODEL_NAME": args.name,
            "MODEL_VERSION": args.model.version,
            "AWS_REGION": region,
            "MODEL_STORE": url,
            "MODEL_MANIFEST": args.model.manifest,
            "MODEL_CACHE": CACHE,
            **dict(sorted(reach.items())),
        }
        named: list[EnvVarArgsDict] = [{"name": name, "value": value} for name, value in plain.items()]
        return [*named, release.FROM_ANNOTATION]

    # Which variables there are is the platform's to say; all of it is known in a preview.
    return pulumi.Output.all(foundation.store_url, foundation.store_region, foundation.store_environment).apply(
        lambda values: variables((values[0], values[1], values[2]))
    )
