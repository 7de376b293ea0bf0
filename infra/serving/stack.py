"""The serving stack on one screen: one image, one namespace, and a block for each model."""

import pulumi
import pulumi_docker_build as docker_build
from pulumi import ResourceOptions

from infra import cluster, resources
from infra.components.guarded_namespace import GuardedNamespace, GuardedNamespaceArgs
from infra.serving import foundation as foundations
from infra.serving import published, verifier
from infra.serving.components.autoscaling import Autoscaling, AutoscalingArgs
from infra.serving.components.delivery import Delivery, DeliveryArgs
from infra.serving.components.model_server import ModelServer, ModelServerArgs
from infra.serving.components.routes import Routes, RoutesArgs
from infra.serving.components.service_image import ServiceImage, ServiceImageArgs
from infra.serving.components.verification import Verification, VerificationArgs
from infra.serving.config import Image, Model, ServingConfig
from infra.serving.foundation import Foundation


def build(config: ServingConfig, look: published.Look) -> None:
    """Declare everything that serves the models of `config`, and export where they are.

    Args:
        config: the stack's configuration.
        look: tells whether the platform's store has the models.
    """
    foundation = foundations.read(config.platform)
    # Everything in the cluster needs the provider, so nothing is touched there for a model that nobody has published.
    kubeconfig = published.confirmed(foundation.kubeconfig, config.models, foundation, look)
    in_cluster = ResourceOptions(provider=cluster.provider(kubeconfig, foundation.cluster_identifier))
    image = _image(config.image, foundation)
    namespace = GuardedNamespace(
        "serving", GuardedNamespaceArgs(name=config.namespace, quota=_quota(config)), opts=in_cluster
    )
    served = {
        model_name: _serve(model_name, model, namespace.name, image, foundation, in_cluster)
        for model_name, model in config.models.items()
    }

    pulumi.export("namespace", namespace.name)
    pulumi.export("image", image)
    pulumi.export("models", served)


def _serve(
    model_name: str,
    model: Model,
    namespace: pulumi.Output[str],
    image: pulumi.Input[str],
    foundation: Foundation,
    in_cluster: ResourceOptions,
) -> dict[str, pulumi.Input[str]]:
    """One model's block."""
    name = model_name.replace("_", "-")
    server = ModelServer(
        name,
        ModelServerArgs(model_name=model_name, model=model, namespace=namespace, image=image, foundation=foundation),
        opts=in_cluster,
    )
    delivery = Delivery(
        name,
        DeliveryArgs(namespace=namespace, deployment=server.deployment, canary=model.canary),
        opts=in_cluster,
    )
    routes = Routes(
        name,
        RoutesArgs(namespace=namespace, path=model.route, split=delivery.split, canary_service=delivery.canary_service),
        opts=in_cluster,
    )
    autoscaling = Autoscaling(
        name,
        AutoscalingArgs(namespace=namespace, rollout=delivery.rollout, scaling=model.scaling),
        opts=in_cluster,
    )
    Verification(
        name,
        VerificationArgs(
            rollout=delivery.rollout,
            after=[routes, autoscaling],
            namespace=namespace,
            model=model,
            release=server.release,
            image=image,
            foundation=foundation,
        ),
        opts=in_cluster,
    )
    return {
        "url": pulumi.Output.format("{0}{1}", foundation.gateway_url, model.route),
        "version": model.version,
        "manifest": model.manifest,
        "release": server.release,
    }


def _image(image: Image, foundation: Foundation) -> pulumi.Input[str]:
    if image.build is None:
        # The configuration has exactly one of both.
        return image.digest or ""
    return ServiceImage(
        "service",
        ServiceImageArgs(build=image.build, registry=foundation.registry),
        opts=ResourceOptions(provider=docker_build.Provider("builder")),
    ).reference


def _quota(config: ServingConfig) -> dict[str, str]:
    # A release needs as many new pods as there are old ones, and the release before it may still be going.
    pods = [(model.resources, 3 * model.scaling.max_replicas) for model in config.models.values()]
    return resources.quota([*pods, (verifier.RESOURCES, 2 * len(config.models))])
