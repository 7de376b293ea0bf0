"""How a new version takes over: Argo Rollouts, and the split of requests that only its controller writes.

The steps are simple so far: a tenth of the requests for a while, then all of them. Metrics don't judge the canary
yet; a version that never gets ready is taken off by `progressDeadlineAbort`.
"""

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from infra.serving.config import Canary
from infra.shared import metadata
from infra.shared.metadata import Component
from infra.shared.workloads import after


@dataclass(frozen=True, kw_only=True)
class DeliveryArgs:
    """What is delivered.

    Attributes:
        namespace: where it runs.
        deployment: the Deployment whose template is rolled out.
        canary: how long each step takes.
    """

    namespace: str
    deployment: pulumi.Input[str]
    canary: Canary


class Delivery(pulumi.ComponentResource):
    """Stable and canary services, the split between them, and the Rollout.

    Attributes:
        rollout: the Rollout's name.
        split: the TraefikService's name, which routes lead to.
        canary_service: the canary Service's name.
    """

    rollout: pulumi.Output[str]
    split: pulumi.Output[str]
    canary_service: pulumi.Output[str]

    def __init__(self, name: str, args: DeliveryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:serving:Delivery", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        selector = metadata.selector(name, Component.MODEL_SERVER)
        # Without the version. The TraefikService's list of weights is one field for the API server: any change of
        # the object in the middle of a canary, even of a label, would be a change of the weights.
        ours = metadata.metadata(name, selector, args.namespace)

        stable, canary = (
            k8s.core.v1.Service(
                f"{name}-{role}",
                # Its pods only come with the Rollout, which comes after it.
                metadata=metadata.metadata(
                    f"{name}-{role}", selector, args.namespace, {"pulumi.com/skipAwait": "true"}
                ),
                spec={"selector": selector, "ports": [{"name": "http", "port": 80, "target_port": "http"}]},
                # The controller adds the hash of the pods that the service is to select.
                opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(ignore_changes=["spec.selector"])),
            )
            for role in ("stable", "canary")
        )
        split = k8s.apiextensions.CustomResource(
            f"{name}-split",
            api_version="traefik.io/v1alpha1",
            kind="TraefikService",
            metadata=ours,
            spec={"weighted": {"services": [{"name": one.metadata.name, "port": 80} for one in (stable, canary)]}},
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(ignore_changes=["spec.weighted.services"])),
        )
        rollout = k8s.apiextensions.CustomResource(
            name,
            api_version="argoproj.io/v1alpha1",
            kind="Rollout",
            # The provider would tell the Rollout to go after its pods, and would ask for its status meanwhile, which
            # it dies of: Argo Rollouts writes `status.observedGeneration` as text. In the background the Rollout is
            # gone at once, and its pods finish their requests after it. No longer needed once either is mended
            # (argoproj/argo-rollouts#4672; docs/decisions/0007).
            metadata=metadata.metadata(
                name, selector, args.namespace, {"pulumi.com/deletionPropagationPolicy": "background"}
            ),
            # No `replicas`: they are the autoscaler's.
            spec={
                "selector": {"matchLabels": selector},
                "workloadRef": {
                    "apiVersion": "apps/v1",
                    "kind": "Deployment",
                    "name": args.deployment,
                    "scaleDown": "never",
                },
                "minReadySeconds": 5,
                "revisionHistoryLimit": 3,
                "progressDeadlineSeconds": args.canary.progress_deadline_seconds,
                "progressDeadlineAbort": True,
                "strategy": {
                    "canary": {
                        "stableService": stable.metadata.name,
                        "canaryService": canary.metadata.name,
                        "trafficRouting": {"traefik": {"weightedTraefikServiceName": after(name, split)}},
                        "maxUnavailable": 0,
                        # The old pods stay so long, for requests that were on their way to them. Going back isn't
                        # quicker meanwhile: it is a release too, and its first step leaves but one of them.
                        "scaleDownDelaySeconds": args.canary.scale_down_delay_seconds,
                        "abortScaleDownDelaySeconds": 30,
                        "steps": [
                            {"setCanaryScale": {"replicas": 1}},
                            {"setWeight": 10},
                            {"pause": {"duration": f"{args.canary.pause_seconds}s"}},
                            # One pod would be overloaded by more.
                            {"setCanaryScale": {"matchTrafficWeight": True}},
                            {"setWeight": 100},
                        ],
                    }
                },
            },
            opts=child,
        )

        self.rollout = after(name, rollout)
        self.split = after(name, split)
        self.canary_service = canary.metadata.name
        self.register_outputs({"rollout": self.rollout, "split": self.split, "canaryService": self.canary_service})
