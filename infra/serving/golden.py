"""Asks a new version the model's golden readings, as long as it is judged."""

from dataclasses import dataclass
from typing import Any, Final

import pulumi

from infra.serving.config import Model
from infra.serving.model_server import USER
from infra.shared import metadata, workloads
from infra.shared.metadata import Component
from infra.shared.platform_outputs import PlatformOutputs
from infra.shared.quantities import Resources

RESOURCES: Final = Resources.model_validate(
    {
        "requests": {"cpu": "50m", "memory": "96Mi", "ephemeralStorage": "32Mi"},
        "limits": {"cpu": "500m", "memory": "256Mi", "ephemeralStorage": "128Mi"},
    }
)
"""Of its pod."""


@dataclass(frozen=True, kw_only=True)
class GoldenArgs:
    """Who is asked."""

    model_name: str
    model: Model
    namespace: str
    image: pulumi.Input[str]
    account: pulumi.Input[str]
    platform: PlatformOutputs


class Golden(pulumi.ComponentResource):
    """Traffic rules."""

    def __init__(self, name: str, args: GoldenArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:serving:Golden", name, None, opts)
        self.register_outputs({})


def job_spec(name: str, args: GoldenArgs, *, seconds: int, per_second: int) -> dict[str, Any]:
    """A Job's spec."""
    return {
        "backoffLimit": 2,
        "activeDeadlineSeconds": seconds + 120,
        "template": {
            "metadata": {"labels": {**metadata.selector(name, Component.VERIFICATION), **metadata.PART_OF}},
            "spec": {
                "restartPolicy": "Never",
                "serviceAccountName": args.account,
                "automountServiceAccountToken": False,
                "securityContext": {
                    "runAsNonRoot": True,
                    "runAsUser": USER,
                    "runAsGroup": USER,
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
                "containers": [
                    {
                        "name": "golden",
                        "image": args.image,
                        "command": ["python", "-m", "service.verify.golden"],
                        "env": [{"name": "PER_SECOND", "value": str(per_second)}],
                        "resources": RESOURCES.requirements(),
                        "securityContext": {
                            "allowPrivilegeEscalation": False,
                            "capabilities": {"drop": ["ALL"]},
                            "readOnlyRootFilesystem": True,
                        },
                    }
                ],
            },
        },
    }


_ = workloads
