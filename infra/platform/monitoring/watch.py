"""Lets the platform be watched, as its stack says: by what it installs, by what the cluster has, or not at all."""

from collections.abc import Iterator, Sequence

import pulumi
from pulumi import ResourceOptions

from infra.platform.autoscaler import autoscaler, metrics_api
from infra.platform.autoscaler import operator as keda
from infra.platform.autoscaler.autoscaler import Autoscaler, AutoscalerArgs
from infra.platform.foundation.foundation import Foundation
from infra.platform.monitoring import alertmanager, alerts, config, operator, prometheus, receivers
from infra.platform.monitoring.config import Existing, Installed
from infra.platform.monitoring.monitoring import Monitoring, MonitoringArgs
from infra.platform.monitoring.monitors import Monitors, MonitorsArgs, Target
from infra.shared import metadata, platform_outputs
from infra.shared.metadata import Component
from infra.shared.platform_outputs import known


def declare(
    said: config.Monitoring | None, foundation: Foundation, definitions: pulumi.Resource, targets: Sequence[Target]
) -> pulumi.Output[platform_outputs.Monitoring | None]:
    """Declare what the stack says, and hand over what serving stacks have to know of it.

    Args:
        said: the stack's `monitoring`.
        foundation: what the platform stands on.
        definitions: the controllers' CRDs.
        targets: what the platform runs in any case, and has to be asked how it is.

    Raises:
        pulumi.RunError: a receiver's secret is missing.
    """
    match said:
        case None:
            return pulumi.Output.from_input(None)
        case config.Monitoring(installed=Installed() as installed):
            return _install(installed, foundation, definitions, targets)
        case config.Monitoring(existing=Existing() as existing):
            return _use(existing, foundation, definitions, targets)
        case _:
            raise AssertionError(f"{said} has neither")  # its model refuses that


def _use(
    existing: Existing, foundation: Foundation, definitions: pulumi.Resource, targets: Sequence[Target]
) -> pulumi.Output[platform_outputs.Monitoring]:
    of_autoscaler = alerts.autoscaler() if existing.autoscaler_namespace else []
    Monitors(
        "platform",
        MonitorsArgs(
            targets=targets,
            rules=[*alerts.own(), *of_autoscaler],
            namespace=existing.namespace,
            labels=existing.labels,
            definitions=definitions,
        ),
        opts=ResourceOptions(provider=foundation.provider),
    )
    return known(platform_outputs.Monitoring, **existing.model_dump())


def _install(
    installed: Installed, foundation: Foundation, definitions: pulumi.Resource, targets: Sequence[Target]
) -> pulumi.Output[platform_outputs.Monitoring]:
    in_cluster = ResourceOptions(provider=foundation.provider)
    stack = Monitoring(
        "monitoring",
        MonitoringArgs(
            config=installed,
            secrets=receivers.secrets(installed.receivers),
            definitions=definitions,
            network=foundation.network,
            kubelets=foundation.kubelets,
            dns=foundation.dns,
            autoscaler_namespace=autoscaler.NAMESPACE,
        ),
        opts=in_cluster,
    )
    scaler = Autoscaler(
        "autoscaler",
        AutoscalerArgs(
            image=installed.images.keda,
            metrics_api_image=installed.images.keda_metrics_apiserver,
            definitions=definitions,
            network=foundation.network,
            dns=foundation.dns,
            prometheus_namespace=stack.namespace,
            prometheus_port=prometheus.PORT,
        ),
        opts=in_cluster,
    )
    Monitors(
        "platform",
        MonitorsArgs(
            targets=[*targets, *_of(stack), *_of_autoscaler(scaler)],
            rules=[*alerts.own(), *alerts.autoscaler(), *alerts.installed()],
            namespace=stack.namespace,
            labels=installed.labels,
            definitions=definitions,
        ),
        opts=in_cluster,
    )
    return known(
        platform_outputs.Monitoring,
        url=stack.url,
        namespace=stack.namespace,
        labels=installed.labels,
        autoscaler_namespace=scaler.namespace,
    )


def _of(stack: Monitoring) -> Iterator[Target]:
    for name, component, port in (
        (prometheus.NAME, Component.PROMETHEUS, "web"),
        (alertmanager.NAME, Component.ALERTMANAGER, "web"),
        (operator.NAME, Component.PROMETHEUS_OPERATOR, "metrics"),
    ):
        yield Target(name=name, namespace=stack.namespace, selector=metadata.selector(name, component), port=port)


def _of_autoscaler(scaler: Autoscaler) -> Iterator[Target]:
    yield Target(
        name=keda.NAME, namespace=scaler.namespace, selector=metadata.selector(keda.NAME, Component.AUTOSCALER)
    )
    yield Target(
        name=metrics_api.NAME,
        namespace=scaler.namespace,
        selector=metadata.selector(metrics_api.NAME, Component.METRICS_API),
        # As a server behind the Kubernetes API it tells thousands of series of itself, which nobody looks at.
        keep="keda_.*|process_.*",
    )
