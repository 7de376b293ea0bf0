"""What watches a model: the scrape of its pods, and the rules that make of it what is shown and when to tell."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict

from infra.serving.config import Model
from infra.serving.monitoring import alerts, monitor, recording
from infra.serving.monitoring.objectives import objectives
from infra.serving.monitoring.series import Series
from infra.shared import metadata, rules
from infra.shared.metadata import Component
from infra.shared.rules import Group


@dataclass(frozen=True, kw_only=True)
class WatchArgs:
    """What is watched, and by whom.

    Attributes:
        namespace: where the model runs.
        model: what was promised of it, and how it is released.
        labels: what makes the platform's Prometheus take monitors and rules.
        scrape_seconds: how often its pods are asked.
    """

    namespace: str
    model: Model
    labels: pulumi.Input[Mapping[str, str]]
    scrape_seconds: int


class Watch(pulumi.ComponentResource):
    """PodMonitor and PrometheusRule."""

    def __init__(self, name: str, args: WatchArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:serving:Watch", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        selector = metadata.selector(name, Component.MODEL_SERVER)
        named = metadata.metadata(name, selector, args.namespace)
        ours: ObjectMetaArgsDict = {
            **named,
            "labels": pulumi.Output.all(args.labels, named.get("labels")).apply(lambda both: {**both[0], **both[1]}),
        }

        k8s.apiextensions.CustomResource(
            f"{name}-monitor",
            api_version="monitoring.coreos.com/v1",
            kind="PodMonitor",
            metadata=ours,
            spec=monitor.spec(name, selector, args.scrape_seconds),
            opts=child,
        )
        k8s.apiextensions.CustomResource(
            f"{name}-rules",
            api_version="monitoring.coreos.com/v1",
            kind="PrometheusRule",
            metadata=ours,
            spec=rules.spec(groups(name, args.namespace, args.model)),
            opts=child,
        )

        self.register_outputs({})


def groups(name: str, namespace: str, model: Model) -> list[Group]:
    """All rules of a model, those that others use first."""
    series = Series(namespace=namespace, model=name)
    promised = objectives(series, model.objectives)
    return [*recording.groups(series, promised), *alerts.groups(series, promised, model.canary)]
