"""How many pods serve a model: by CPU and memory, as in the article, and by the requests that it has at a time.

A model that waits, for a disk, a GPU or a lock, refuses requests long before its processor is busy; the requests in
flight tell. Only Prometheus knows them; a stack that doesn't say how many a pod may have goes by CPU and memory. Either
way it is the Rollout that is scaled, not the Deployment.
"""

from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_kubernetes as k8s

from infra.serving.config import Scaling
from infra.serving.monitoring import recording
from infra.serving.monitoring.series import Series
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
        scaling: fewest and most pods, how busy they may be, and how slowly they go.
        prometheus: where the autoscaler asks for the requests in flight; None where it doesn't.
    """

    namespace: str
    rollout: pulumi.Input[str]
    scaling: Scaling
    prometheus: pulumi.Input[str] | None


class Autoscaling(pulumi.ComponentResource):
    """A HorizontalPodAutoscaler, or KEDA's ScaledObject, which makes one. Both average over a canary's pods too."""

    def __init__(self, name: str, args: AutoscalingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:serving:Autoscaling", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        ours = metadata.metadata(name, metadata.selector(name, Component.MODEL_SERVER), args.namespace)

        if args.prometheus is None:
            k8s.autoscaling.v2.HorizontalPodAutoscaler(name, metadata=ours, spec=_by_resources(args), opts=child)
        else:
            k8s.apiextensions.CustomResource(
                name,
                api_version="keda.sh/v1alpha1",
                kind="ScaledObject",
                metadata=ours,
                spec=_by_requests(name, args),
                opts=child,
            )

        self.register_outputs({})


def _by_resources(args: AutoscalingArgs) -> k8s.autoscaling.v2.HorizontalPodAutoscalerSpecArgsDict:
    return {
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
    }


def _by_requests(name: str, args: AutoscalingArgs) -> dict[str, Any]:
    series = Series(namespace=args.namespace, model=name)
    policies = [{"type": "Percent", "value": 100, "periodSeconds": 15}]
    return {
        "scaleTargetRef": {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": args.rollout},
        "minReplicaCount": args.scaling.min_replicas,
        "maxReplicaCount": args.scaling.max_replicas,
        "advanced": {
            "horizontalPodAutoscalerConfig": {
                "behavior": {
                    "scaleUp": {"stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies": policies},
                    "scaleDown": {
                        "stabilizationWindowSeconds": args.scaling.scale_down_window_seconds,
                        "selectPolicy": "Max",
                        "policies": policies,
                    },
                }
            }
        },
        "triggers": [
            *(
                {"type": kind, "metricType": "Utilization", "metadata": {"value": str(percent)}}
                for kind, percent in (("cpu", CPU_PERCENT), ("memory", MEMORY_PERCENT))
            ),
            {
                "type": "prometheus",
                "name": "requests-in-flight",
                "metricType": "AverageValue",
                "metadata": {
                    "serverAddress": args.prometheus,
                    "query": recording.in_flight(series),
                    "threshold": str(args.scaling.requests_in_flight),
                    # Where nothing is known, nothing would be taken for no requests, and pods would go. As an error
                    # it keeps them: with one figure missing, an autoscaler adds pods by the others and takes none.
                    "ignoreNullValues": "false",
                },
            },
        ],
    }
