"""A model's pods: the template that Argo Rollouts makes them from, who they are, and what they may talk to."""

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from infra import availability, labels, traffic
from infra.labels import Component
from infra.serving import pod, release
from infra.serving.config import Model
from infra.serving.foundation import Foundation


@dataclass(frozen=True, kw_only=True)
class ModelServerArgs:
    """What to serve.

    Attributes:
        model_name: as in the store, like `maintenance_predictor`.
        model: version, digest and numbers.
        namespace: where it runs.
        image: the service's image by digest.
        foundation: model store and gateway.
    """

    model_name: str
    model: Model
    namespace: pulumi.Input[str]
    image: pulumi.Input[str]
    foundation: Foundation


class ModelServer(pulumi.ComponentResource):
    """Service account, Deployment without pods, disruption budget and network policy.

    Attributes:
        release: id of what the template says.
        deployment: the Deployment's name; the Rollout takes its template.
    """

    release: pulumi.Output[str]
    deployment: pulumi.Output[str]

    def __init__(self, name: str, args: ModelServerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:serving:ModelServer", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        selector = labels.selector(name, Component.MODEL_SERVER)
        # Without the version: what is no part of a release must not change with it.
        metadata = {**selector, **labels.PART_OF}

        account = k8s.core.v1.ServiceAccount(
            f"{name}-account",
            metadata={"name": name, "namespace": args.namespace, "labels": metadata},
            automount_service_account_token=False,
            opts=child,
        )
        pod_labels = labels.labels(name, Component.MODEL_SERVER, args.model.version)
        pod_spec = pod.spec(
            pod.PodArgs(
                name=args.model_name,
                model=args.model,
                image=args.image,
                account=account.metadata.name,
                selector=selector,
                foundation=args.foundation,
            )
        )
        self.release = release.identify({"labels": pod_labels, "spec": pod_spec})
        deployment = k8s.apps.v1.Deployment(
            name,
            metadata={"name": name, "namespace": args.namespace, "labels": metadata},
            spec={
                # It only holds the template; the pods are the Rollout's.
                "replicas": 0,
                "revision_history_limit": 1,
                "selector": {"match_labels": selector},
                "template": {
                    "metadata": {"labels": pod_labels, "annotations": {release.ANNOTATION: self.release}},
                    "spec": pod_spec,
                },
            },
            opts=child,
        )
        k8s.policy.v1.PodDisruptionBudget(
            f"{name}-disruption",
            metadata={"name": name, "namespace": args.namespace, "labels": metadata},
            spec=availability.budget(selector),
            opts=child,
        )
        k8s.networking.v1.NetworkPolicy(
            f"{name}-traffic",
            metadata={"name": name, "namespace": args.namespace, "labels": metadata},
            spec={
                "pod_selector": {"match_labels": selector},
                "policy_types": ["Ingress", "Egress"],
                "ingress": [
                    traffic.from_pods(labels.of(Component.GATEWAY), pod.PORT, args.foundation.gateway_namespace),
                    # Verification asks pods that aren't ready why.
                    traffic.from_pods(labels.of(Component.VERIFICATION), pod.PORT, args.namespace),
                ],
                "egress": [args.foundation.to_store],
            },
            opts=child,
        )

        self.deployment = deployment.metadata.name
        self.register_outputs({"release": self.release, "deployment": self.deployment})
