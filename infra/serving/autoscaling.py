"""How many pods serve a model: by CPU and memory, as in the article. It scales the Rollout, not the Deployment."""

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_kubernetes as k8s

from infra.serving.config import Scaling
from infra.shared import metadata
from infra.shared.metadata import Component

# The article's targets, in percent of the request.
CPU_PERCENT: Final = 70
MEMORY_PERCENT: Final = 80


@dataclass(frozen=True, kw_only=True)
class AutoscalingArgs:
    """What is scaled, and how far.

    Attributes:
        namespace: where it runs.
        rollout: the Rollout's name.
        scaling: fewest and most pods, and how slowly they go.
    """

    namespace: str
    rollout: pulumi.Input[str]
    scaling: Scaling


class Autoscaling(pulumi.ComponentResource):
    """The HorizontalPodAutoscaler. While a canary runs it averages over both versions' pods."""

    def __init__(self, name: str, args: AutoscalingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:serving:Autoscaling", name, None, opts)

        k8s.autoscaling.v2.HorizontalPodAutoscaler(
            name,
            metadata=metadata.metadata(name, metadata.selector(name, Component.MODEL_SERVER), args.namespace),
            spec={
                "scale_target_ref": {"api_version": "argoproj.io/v1alpha1", "kind": "Rollout", "name": args.rollout},
                "min_replicas": args.scaling.min_replicas,
                "max_replicas": args.scaling.max_replicas,
                "metrics": [
                    {
                        "type": "Resource",
                        "resource": {"name": kind, "target": {"type": "Utilization", "average_utilization": percent}},
                    }
                    for kind, percent in (("cpu", CPU_PERCENT), ("memory", MEMORY_PERCENT))
                ],
                "behavior": {
                    "scale_up": {
                        "stabilization_window_seconds": 0,
                        "select_policy": "Max",
                        "policies": [{"type": "Percent", "value": 100, "period_seconds": 15}],
                    },
                    "scale_down": {
                        "stabilization_window_seconds": args.scaling.scale_down_window_seconds,
                        "select_policy": "Max",
                        "policies": [{"type": "Percent", "value": 100, "period_seconds": 15}],
                    },
                },
            },
            opts=pulumi.ResourceOptions(parent=self),
        )

        self.register_outputs({})
