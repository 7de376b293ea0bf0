"""What Prometheus is told of the platform: whom to ask how it is, and when to tell somebody.

A PodMonitor beside each part, and a PrometheusRule: any Prometheus operator takes them, the platform's and another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from infra.shared import metadata, rules
from infra.shared.rules import Group


@dataclass(frozen=True, kw_only=True)
class Target:
    """Pods that tell how they are at `/metrics`.

    Attributes:
        name: what they are; the label `job` of their series.
        namespace: where they run.
        selector: their labels.
        port: its name.
        keep: the names of series that are kept, as a regular expression; empty for all.
    """

    name: str
    namespace: pulumi.Input[str]
    selector: Mapping[str, str]
    port: str = "metrics"
    keep: str = ""


@dataclass(frozen=True, kw_only=True)
class MonitorsArgs:
    """Whom to ask, and for whom.

    Attributes:
        targets: the pods.
        rules: of the platform.
        namespace: where the rules are: Prometheus' own.
        labels: by which Prometheus takes monitors and rules.
        definitions: the CRDs that their kinds may be among.
    """

    targets: Sequence[Target]
    rules: Sequence[Group]
    namespace: pulumi.Input[str]
    labels: Mapping[str, str]
    definitions: pulumi.Resource


class Monitors(pulumi.ComponentResource):
    """A PodMonitor for each, and the rules."""

    def __init__(self, name: str, args: MonitorsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:platform:Monitors", name, None, opts)
        # No value flows from a definition to an object of its kind.
        child = pulumi.ResourceOptions(parent=self, depends_on=[args.definitions])

        for target in args.targets:
            k8s.apiextensions.CustomResource(
                f"{target.name}-monitor",
                api_version="monitoring.coreos.com/v1",
                kind="PodMonitor",
                metadata=metadata.metadata(target.name, args.labels, target.namespace),
                spec={
                    "selector": {"matchLabels": dict(target.selector)},
                    "podMetricsEndpoints": [_endpoint(target)],
                },
                opts=child,
            )
        k8s.apiextensions.CustomResource(
            f"{name}-rules",
            api_version="monitoring.coreos.com/v1",
            kind="PrometheusRule",
            metadata=metadata.metadata("slipway-platform", args.labels, args.namespace),
            spec=rules.spec(args.rules),
            opts=child,
        )

        self.register_outputs({})


def _endpoint(target: Target) -> dict[str, Any]:
    kept = [{"sourceLabels": ["__name__"], "regex": target.keep, "action": "keep"}] if target.keep else []
    return {
        "port": target.port,
        # Controllers tell of objects in other namespaces than their own.
        "honorLabels": True,
        "relabelings": [{"targetLabel": "job", "replacement": target.name}],
        "metricRelabelings": kept,
    }
