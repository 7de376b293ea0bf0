"""Which resources make up which block."""

from collections.abc import Callable

import pulumi
import pulumi_kubernetes as k8s
from access import configuration, permissions
from blocks import Block
from custom import definition, widget
from workloads import deployment, failing_job, job, zero

Builder = Callable[[Block, pulumi.Output[str]], object]


def declare(block: Block) -> pulumi.Output[str]:
    """Declare the block, and return the uid of its namespace."""
    labels = {"team": block.either("ns-label", "b", "a")}
    namespace = k8s.core.v1.Namespace(
        block.called("ns"), metadata={"name": block.namespace, "labels": labels}, opts=block.options()
    )
    for build in BLOCKS[block.name]:
        build(block, namespace.metadata.name)
    return namespace.metadata.uid


def service(block: Block, space: pulumi.Output[str], after: pulumi.Resource | None = None) -> None:
    """A Service in front of the Deployment."""
    k8s.core.v1.Service(
        block.called("service"),
        metadata=block.metadata("web", space),
        spec={
            "type": block.either("service-type", "NodePort", "ClusterIP"),
            "selector": {"app": block.either("service-selector-empty", "none", "web")},
            "ports": [{"port": 80, "target_port": 8000}],
        },
        opts=block.options(after=after),
    )


def ignored(block: Block, space: pulumi.Output[str]) -> None:
    """A Service whose selector belongs to a controller."""
    k8s.core.v1.Service(
        block.called("ignored"),
        metadata=block.metadata("ignored", space, {"pulumi.com/skipAwait": "true"}),
        spec={"selector": {"app": "x"}, "ports": [{"port": block.either("ignored-port", 81, 80)}]},
        opts=block.options(ignoring="spec.selector"),
    )


def served(block: Block, space: pulumi.Output[str]) -> None:
    """Deployment and Service, in this order."""
    service(block, space, deployment(block, space))


def scaling(block: Block, space: pulumi.Output[str]) -> None:
    """Autoscaler, disruption budget, network policy and quota."""
    k8s.autoscaling.v2.HorizontalPodAutoscaler(
        block.called("hpa"),
        metadata=block.metadata("web", space),
        spec={
            "scale_target_ref": {"api_version": "apps/v1", "kind": "Deployment", "name": "zero"},
            "min_replicas": 1,
            "max_replicas": block.either("hpa-max", 4, 3),
            "metrics": [
                {
                    "type": "Resource",
                    "resource": {"name": "cpu", "target": {"type": "Utilization", "average_utilization": 70}},
                }
            ],
        },
        opts=block.options(),
    )
    k8s.policy.v1.PodDisruptionBudget(
        block.called("pdb"),
        metadata=block.metadata("web", space),
        spec={"min_available": 1, "selector": {"match_labels": {"app": "web"}}},
        opts=block.options(),
    )
    k8s.networking.v1.NetworkPolicy(
        block.called("deny"),
        metadata=block.metadata("deny", space),
        spec={"pod_selector": {}, "policy_types": ["Ingress"]},
        opts=block.options(),
    )
    k8s.core.v1.ResourceQuota(
        block.called("quota"),
        metadata=block.metadata("quota", space),
        spec={"hard": {"pods": block.either("quota", "30", "20")}},
        opts=block.options(),
    )


def additions(block: Block, space: pulumi.Output[str]) -> None:
    """Resources that some of the recorded changes add."""
    if "service-no-endpoints" in block.changes:
        k8s.core.v1.Service(
            block.called("noep"),
            metadata=block.metadata("noep", space, {"pulumi.com/timeoutSeconds": "15"}),
            spec={"selector": {"app": "nothing"}, "ports": [{"port": 80}]},
            opts=block.options(),
        )
    if "invalid-field" in block.changes:
        k8s.core.v1.Service(
            block.called("invalid"),
            metadata=block.metadata("invalid", space),
            spec={"ports": [{"port": 99999999}]},
            opts=block.options(),
        )
    for change, resource, metadata in (
        ("already-exists", "exists", block.metadata("foreign", space)),
        ("missing-namespace", "nons", block.metadata("x", "absent")),
    ):
        if change in block.changes:
            k8s.core.v1.ConfigMap(block.called(resource), metadata=metadata, data={"a": "b"}, opts=block.options())
    if "unknown-kind" in block.changes:
        k8s.apiextensions.CustomResource(
            block.called("nokind"),
            api_version="example.org/v9",
            kind="Gadget",
            metadata=block.metadata("x", space),
            opts=block.options(),
        )


def parts(block: Block, space: pulumi.Output[str]) -> None:
    """A custom resource whose definition belongs to another block."""
    widget(block, space, None)


def sized(block: Block, space: pulumi.Output[str]) -> None:
    """A custom resource with its definition."""
    widget(block, space, definition(block))


BLOCKS: dict[str, tuple[Builder, ...]] = {
    "sample": (configuration, permissions, served, zero, ignored, scaling, job, sized, additions),
    "env": (permissions, deployment),
    "selector": (permissions, deployment),
    "name": (permissions, deployment),
    "endpoints": (permissions, served),
    "parts": (parts,),
    "image": (permissions, deployment),
    "probe": (permissions, deployment),
    "scaled": (permissions, deployment),
    "additions": (additions,),
    "failing-job": (failing_job,),
    "port": (ignored,),
    "handed-over": (ignored,),
}
