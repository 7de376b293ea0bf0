"""The serving stack on one screen: an image, and a block for each model in the namespace that the platform gives."""

from dataclasses import replace
from urllib.parse import urlsplit

import pulumi
import pulumi_docker_build as docker_build
from pulumi import ResourceOptions

from infra.serving import admission, golden, pins, published, signed, under_way
from infra.serving.analysis.metrics import metrics
from infra.serving.analysis.templates import AnalysisTemplates, AnalysisTemplatesArgs
from infra.serving.autoscaling import Autoscaling, AutoscalingArgs
from infra.serving.config import Image, Model, ServingConfig
from infra.serving.delivery import Delivery, DeliveryArgs
from infra.serving.golden import Golden, GoldenArgs
from infra.serving.model_server import ModelServer, ModelServerArgs, release
from infra.serving.monitoring.dashboards import Dashboard, DashboardArgs
from infra.serving.monitoring.series import Series
from infra.serving.monitoring.watch import Watch, WatchArgs
from infra.serving.routes import Routes, RoutesArgs
from infra.serving.service_image import ServiceImage, ServiceImageArgs
from infra.serving.shadow import Shadow, ShadowArgs
from infra.serving.verification import Verification, VerificationArgs
from infra.shared import cluster, platform_outputs
from infra.shared.platform_outputs import PlatformOutputs


def build(config: ServingConfig, look: published.Look, signs: signed.Look, served: under_way.Look) -> None:
    """Declare everything that serves the models of `config`, and export where they are.

    Args:
        config: the stack's configuration.
        look: tells whether the platform's store has the models.
        signs: tells whether images and models are signed with the stack's keys.
        served: tells what the cluster has of them.
    """
    platform = platform_outputs.read(config.platform)
    image, keys = _image(config.image, platform), pins.keys(config.models)
    servers = {
        model_name: ModelServerArgs(
            model_name=model_name,
            model=model,
            namespace=config.namespace,
            image=model.image or image,
            platform=platform,
            tracing=model.tracing or config.tracing,
            key=config.signatures.models,
            after=[],
        )
        for model_name, model in config.models.items()
    }
    # Everything in the cluster needs the provider, so nothing is touched there for a stack that the platform has no
    # room for, for a model that nobody has published or signed, or during a release.
    kubeconfig = published.confirmed(admission.admitted(config, platform), config.models, platform.model_store, look)
    releases = {model_name: release(_name(model_name), server) for model_name, server in servers.items()}
    kubeconfig = signed.confirmed(kubeconfig, config, platform.model_store, signs)
    kubeconfig = under_way.confirmed(kubeconfig, config.models, releases, config.namespace, platform, served)
    identifier = platform.cluster.apply(lambda known: known.identifier)
    in_cluster = ResourceOptions(provider=cluster.provider(kubeconfig, identifier))
    blocks = {
        model_name: _serve(server, config, in_cluster, keys.get(model_name), image)
        for model_name, server in servers.items()
    }

    pulumi.export("namespace", config.namespace)
    pulumi.export("image", image)
    pulumi.export("models", blocks)


def _serve(
    args: ModelServerArgs,
    config: ServingConfig,
    in_cluster: ResourceOptions,
    key: pulumi.Output[str] | None,
    program: pulumi.Input[str],
) -> dict[str, pulumi.Input[str]]:
    """One model's block."""
    model, namespace, image, platform = args.model, args.namespace, args.image, args.platform
    name = _name(args.model_name)
    templates = _templates(name, args, config, in_cluster)
    server = ModelServer(name, replace(args, after=[templates] if templates else []), opts=in_cluster)
    delivery = Delivery(
        name,
        DeliveryArgs(
            namespace=namespace,
            deployment=server.deployment,
            canary=model.canary,
            templates=templates.names if templates else {},
        ),
        opts=in_cluster,
    )
    everyone = delivery.split
    if model.canary.mirror:
        everyone = Shadow(
            name,
            ShadowArgs(namespace=namespace, mirror=model.canary.mirror, split=delivery.split),
            opts=in_cluster,
        ).service
    routes = Routes(
        name,
        RoutesArgs(
            namespace=namespace,
            claim=model.claim,
            everyone=everyone,
            versions={"stable": delivery.stable_service, "canary": delivery.canary_service},
            key=key,
        ),
        opts=in_cluster,
    )
    autoscaling = Autoscaling(
        name,
        AutoscalingArgs(
            namespace=namespace,
            rollout=delivery.rollout,
            scaling=model.scaling,
            prometheus=platform.of_monitoring(lambda by: by.url) if model.scaling.requests_in_flight else None,
        ),
        opts=in_cluster,
    )
    if config.monitoring:
        Watch(
            name,
            WatchArgs(
                namespace=namespace,
                model=model,
                labels=platform.of_monitoring(lambda by: by.labels),
                scrape_seconds=config.monitoring.scrape_seconds,
            ),
            opts=in_cluster,
        )
        Dashboard(name, DashboardArgs(namespace=namespace), opts=in_cluster)
    Verification(
        name,
        VerificationArgs(
            rollout=delivery.rollout,
            after=[routes, autoscaling],
            namespace=namespace,
            model_name=args.model_name,
            model=model,
            release=server.release,
            image=image,
            program=program,
            platform=platform,
        ),
        opts=in_cluster,
    )
    return {
        "url": platform.gateway.apply(lambda gateway: _url(gateway.url, model)),
        "version": model.version,
        "manifest": model.manifest,
        "image": image,
        "release": server.release,
    }


def _name(model_name: str) -> str:
    """What a model's objects are called."""
    return model_name.replace("_", "-")


def _templates(
    name: str, args: ModelServerArgs, config: ServingConfig, in_cluster: ResourceOptions
) -> AnalysisTemplates | None:
    """What a new version of the model is judged by; None where it isn't."""
    model, namespace, platform = args.model, args.namespace, args.platform
    analysis, monitoring = model.analysis, config.monitoring
    # A stack that has the one without the other is not admitted.
    if analysis is None or monitoring is None:
        return None
    asks = GoldenArgs(
        model_name=args.model_name,
        model=model,
        namespace=namespace,
        image=args.image,
        # Of the model's pods, which come after what judges them.
        account=name,
        platform=platform,
    )
    Golden(name, asks, opts=in_cluster)
    series = Series(namespace=namespace, model=name)
    return AnalysisTemplates(
        name,
        AnalysisTemplatesArgs(
            namespace=namespace,
            prometheus=platform.of_monitoring(lambda by: by.url),
            metrics={stage: metrics(series, model, stage, monitoring.scrape_seconds) for stage in model.canary.stages},
            golden=lambda seconds: golden.job_spec(name, asks, seconds=seconds, per_second=analysis.golden_per_second),
        ),
        opts=in_cluster,
    )


def _url(gateway: str, model: Model) -> str:
    parts = urlsplit(gateway)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{model.host}{port}{model.route}" if model.host else f"{gateway}{model.route}"


def _image(image: Image, platform: PlatformOutputs) -> pulumi.Input[str]:
    if image.build is None:
        # The configuration has exactly one of both.
        return image.digest or ""
    return ServiceImage(
        "service",
        ServiceImageArgs(build=image.build, registry=platform.registry),
        opts=ResourceOptions(provider=docker_build.Provider("builder")),
    ).reference
