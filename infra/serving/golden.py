"""Golden readings that a new version is asked beside its clients' requests: a Job of each analysis, and its traffic.

It asks the new version's Service itself. So it needs neither the gateway nor a header that pins it to that version,
and goes on while the gateway is replaced. The platform's token keeps its requests out of the statistics of predictions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_kubernetes as k8s
from pydantic.alias_generators import to_camel

from infra.serving.config import Model
from infra.serving.model_server import USER
from infra.shared import metadata, network, workloads
from infra.shared.metadata import Component
from infra.shared.namespaces import SYNTHETIC_TOKEN, SYNTHETIC_TOKEN_KEY
from infra.shared.platform_outputs import PlatformOutputs
from infra.shared.quantities import Resources

RESOURCES: Final = Resources.model_validate(
    {
        "requests": {"cpu": "50m", "memory": "96Mi", "ephemeralStorage": "32Mi"},
        "limits": {"cpu": "500m", "memory": "256Mi", "ephemeralStorage": "128Mi"},
    }
)
"""Of its pod; a model has at most one at a time."""

WRONG: Final = 1
"""Exit code of a wrong answer, which is the verdict (service/verify/golden.py); with any other one it may try again."""

_MORE_SECONDS: Final = 60
"""For it to begin, and to try again, once its pod has a place."""


@dataclass(frozen=True, kw_only=True)
class GoldenArgs:
    """Whose readings are asked, and by whom.

    Attributes:
        model_name: as in the store, like `maintenance_predictor`.
        model: version and digest.
        namespace: where it runs.
        image: the service's image by digest, which holds the program.
        account: service account that may read models.
        platform: model store.
    """

    model_name: str
    model: Model
    namespace: str
    image: pulumi.Input[str]
    account: pulumi.Input[str]
    platform: PlatformOutputs


class Golden(pulumi.ComponentResource):
    """What the Jobs' pods may talk to: the model's pods, and the store that has the readings."""

    def __init__(self, name: str, args: GoldenArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:serving:Golden", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        selector = metadata.selector(name, Component.GOLDEN_READINGS)

        k8s.networking.v1.NetworkPolicy(
            f"{name}-golden",
            metadata=metadata.metadata(f"{name}-golden", selector, args.namespace),
            spec={
                "pod_selector": {"match_labels": selector},
                "policy_types": ["Ingress", "Egress"],
                "egress": network.together(
                    args.platform.network.apply(lambda known: network.to_addresses(known.model_store)),
                    network.to_pods(
                        metadata.selector(name, Component.MODEL_SERVER), network.MODEL_SERVER_PORT, args.namespace
                    ),
                ),
            },
            opts=child,
        )

        self.register_outputs({})


def job_spec(name: str, args: GoldenArgs, *, seconds: int, per_second: int) -> dict[str, Any]:
    """The spec of a Job that asks the canary of the model `name`, as a custom resource has it.

    Args:
        name: of the model's objects.
        args: as of `Golden`.
        seconds: so long.
        per_second: so often.
    """
    labels = {**metadata.selector(name, Component.GOLDEN_READINGS), **metadata.PART_OF}
    return {
        "backoffLimit": 2,
        # A place may have to come first, as for the pods that it asks: both versions are there, and fill the nodes.
        "activeDeadlineSeconds": args.model.canary.progress_deadline_seconds + seconds + _MORE_SECONDS,
        "podFailurePolicy": {
            "rules": [
                {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]},
                {
                    "action": "FailJob",
                    "onExitCodes": {"containerName": "golden", "operator": "In", "values": [WRONG]},
                },
            ]
        },
        "template": {
            "metadata": {"labels": labels},
            "spec": {
                "serviceAccountName": args.account,
                "automountServiceAccountToken": False,
                "enableServiceLinks": False,
                "restartPolicy": "Never",
                "securityContext": _camel(workloads.identity(USER)),
                "containers": [
                    {
                        "name": "golden",
                        "image": args.image,
                        "command": ["python", "-m", "service.verify.golden"],
                        "env": _environment(name, args, seconds, per_second),
                        "resources": RESOURCES.requirements(),
                        "securityContext": _camel(workloads.CONTAINER),
                        "terminationMessagePolicy": "FallbackToLogsOnError",
                    }
                ],
            },
        },
    }


def _environment(name: str, args: GoldenArgs, seconds: int, per_second: int) -> pulumi.Output[list[Any]]:
    named: dict[str, pulumi.Input[str]] = {
        "TARGET_URL": f"http://{name}-canary.{args.namespace}.svc.cluster.local",
        "MODEL_NAME": args.model_name,
        "MODEL_VERSION": args.model.version,
        "MODEL_MANIFEST": args.model.manifest,
        "SECONDS": str(seconds),
        "PER_SECOND": str(per_second),
    }
    token = {
        "name": "SYNTHETIC_TOKEN",
        "valueFrom": {"secretKeyRef": {"name": SYNTHETIC_TOKEN, "key": SYNTHETIC_TOKEN_KEY}},
    }
    return workloads.variables(named, args.platform.model_store.apply(lambda store: store.variables)).apply(
        lambda known: [*known, token]
    )


def _camel(context: Mapping[str, Any]) -> dict[str, Any]:
    """A security context as it stands in a custom resource, whose fields nobody translates."""
    return {to_camel(key): value for key, value in context.items()}
