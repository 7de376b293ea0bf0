"""How a new version takes over: Argo Rollouts, and the split of requests that only its controller writes.

Each stage of a release has a share of the requests and, where the stack says what a version is judged by, an analysis
that has to succeed before the next; otherwise time alone. The last one is the bake time: the new version has all
requests, the old one's pods stand beside it at full size, and an abort is still no more than a change of weights.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_kubernetes as k8s

from infra.serving.analysis.templates import ARGUMENTS
from infra.serving.config import Canary, Stage
from infra.shared import metadata
from infra.shared.metadata import Component
from infra.shared.workloads import after

ROLE: Final = {"slipway.dev/role": "canary"}
"""The label of pods that are on trial, where copies of requests are for them alone."""


@dataclass(frozen=True, kw_only=True)
class DeliveryArgs:
    """What is delivered.

    Attributes:
        namespace: where it runs.
        deployment: the Deployment whose template is rolled out.
        canary: the stages of a release.
        templates: the AnalysisTemplate that judges each stage; empty where nothing does.
    """

    namespace: str
    deployment: pulumi.Input[str]
    canary: Canary
    templates: Mapping[Stage, pulumi.Input[str]]


class Delivery(pulumi.ComponentResource):
    """Stable and canary services, the split between them, and the Rollout.

    Attributes:
        rollout: the Rollout's name.
        split: the TraefikService's name, which routes lead to.
        stable_service: the stable Service's name.
        canary_service: the canary Service's name.
    """

    rollout: pulumi.Output[str]
    split: pulumi.Output[str]
    stable_service: pulumi.Output[str]
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
                        # The old pods stay so long, for requests that were on their way to them, and for a rollback
                        # that needs no new ones.
                        "scaleDownDelaySeconds": args.canary.scale_down_delay_seconds,
                        "abortScaleDownDelaySeconds": 30,
                        **({"canaryMetadata": {"labels": ROLE}} if args.canary.mirror else {}),
                        "steps": list(_steps(args)),
                    }
                },
            },
            opts=child,
        )

        self.rollout = after(name, rollout)
        self.split = after(name, split)
        self.stable_service = stable.metadata.name
        self.canary_service = canary.metadata.name
        self.register_outputs(
            {
                "rollout": self.rollout,
                "split": self.split,
                "stableService": self.stable_service,
                "canaryService": self.canary_service,
            }
        )


def _steps(args: DeliveryArgs) -> Iterator[dict[str, Any]]:
    """The steps of Argo Rollouts.

    It moves requests when as many pods are ready as their share needs, and not before: for a tenth that is one pod, up
    to ten of them.
    """
    mirror = args.canary.mirror
    for stage in args.canary.stages:
        if mirror:
            # Of copies it knows nothing.
            yield {"setCanaryScale": {"weight": min(stage.weight + mirror.percent, 100)}}
        if stage.weight:
            yield {"setWeight": stage.weight}
        if stage in args.templates:
            yield {"analysis": _analysis(args.templates[stage])}
        else:
            yield {"pause": {"duration": f"{stage.seconds}s"}}


def _analysis(template: pulumi.Input[str]) -> dict[str, Any]:
    return {
        "templates": [{"templateName": template}],
        "args": [
            {"name": argument, "valueFrom": {"podTemplateHashValue": value}} for argument, value in ARGUMENTS.items()
        ],
    }
