"""Whether the platform has room for this stack: its namespace, the routes of its models, pods enough, and monitoring.

Asked while the stack is planned, so that a mistake changes nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pulumi

from infra.serving import golden, verification
from infra.serving.config import NAMESPACE, Model, ServingConfig
from infra.shared.cluster import kubeconfig
from infra.shared.namespaces import Claim, ServingNamespace
from infra.shared.platform_outputs import Monitoring, PlatformOutputs
from infra.shared.quantities import Quota, needed


def admitted(config: ServingConfig, platform: PlatformOutputs) -> pulumi.Output[str]:
    """A kubeconfig for the stack's namespace, once the platform is known to have room for the stack.

    Raises:
        pulumi.RunError: (while the program runs) what `check` raises.
    """

    def checked(handed: Sequence[Any]) -> str:
        namespaces, monitoring = handed
        check(config, namespaces, monitoring)
        return config.namespace

    namespace = pulumi.Output.all(platform.namespaces, platform.monitoring).apply(checked)
    return pulumi.Output.all(platform.cluster, platform.credentials, namespace).apply(
        lambda known: kubeconfig(known[0], known[1][known[2]], known[2])
    )


def check(config: ServingConfig, namespaces: Mapping[str, ServingNamespace], monitoring: Monitoring | None) -> None:
    """Compare what the stack says with what the platform gives to it.

    Raises:
        pulumi.RunError: it doesn't fit, with a line for each reason.
    """
    ours = namespaces.get(config.namespace)
    if ours is None:
        raise pulumi.RunError(
            f"{NAMESPACE}:namespace = {config.namespace!r} is none of {config.platform}'s "
            f"({', '.join(sorted(namespaces))}): name one of them, or add it to slipway-platform:namespaces there"
        )
    wrong = [line for name, model in config.models.items() if (line := _claimed(name, model, config, namespaces))]
    if lacking := ours.quota.lacks(need(config.models)):
        wrong.append(
            f"{NAMESPACE}:models need more than {config.platform} has for {config.namespace!r}, "
            f"{', '.join(lacking)}: lower scaling.maxReplicas or resources, or raise "
            f"slipway-platform:namespaces.{config.namespace}.quota there"
        )
    wrong += _unwatched(config, monitoring)
    if wrong:
        raise pulumi.RunError("\n".join(wrong))


def _unwatched(config: ServingConfig, monitoring: Monitoring | None) -> Iterator[str]:
    """What the stack wants of a monitoring that the platform, or it itself, doesn't have."""
    if config.monitoring and monitoring is None:
        yield (
            f"{NAMESPACE}:monitoring is there, and {config.platform} has none: leave it out, "
            "or give that stack its slipway-platform:monitoring"
        )
    if config.monitoring is None:
        for name, model in config.models.items():
            if model.analysis:
                yield (
                    f"{NAMESPACE}:models.{name}.analysis needs figures, and there is no {NAMESPACE}:monitoring: "
                    "add it, or leave the analysis out, and a new version has only to be ready"
                )
    if monitoring is None or monitoring.autoscaler_namespace is None:
        for name, model in config.models.items():
            if model.scaling.requests_in_flight is not None:
                yield (
                    f"{NAMESPACE}:models.{name}.scaling.requestsInFlight = {model.scaling.requests_in_flight} needs an "
                    f"autoscaler that asks Prometheus, and {config.platform} has none: leave it out, and CPU and "
                    "memory have to do, or see to slipway-platform:monitoring there"
                )


def need(models: Mapping[str, Model]) -> Quota:
    """What the namespace has to hold while every model is released at once."""
    # A release needs as many new pods as there are old ones, and the release before it may still be going.
    pods = [(model.resources, 3 * model.scaling.max_replicas) for model in models.values()]
    judged = sum(model.analysis is not None for model in models.values())
    asking = [(verification.RESOURCES, 2 * len(models)), (golden.RESOURCES, 2 * judged)]
    return needed([*pods, *asking])


def _claimed(name: str, model: Model, config: ServingConfig, namespaces: Mapping[str, ServingNamespace]) -> str | None:
    """Why the model's requests aren't this stack's alone."""
    claims = [(namespace, claim) for namespace, one in namespaces.items() for claim in one.routes]
    ours = [claim for namespace, claim in claims if namespace == config.namespace and claim.covers(model.claim)]
    most = max((claim.precision for claim in ours), default=(False, -1))
    # Of two claims that meet, the requests belong to the more precise one.
    theirs = [
        (namespace, claim)
        for namespace, claim in claims
        if namespace != config.namespace and claim.meets(model.claim) and claim.precision > most
    ]
    key = f"{NAMESPACE}:models.{name}.route = '{model.claim}'"
    if theirs:
        namespace, claim = theirs[0]
        return f"{key} meets '{claim}', which {config.platform} gives to the namespace {namespace!r}: choose another"
    if not ours:
        return (
            f"{key} is none of those that {config.platform} gives to {config.namespace!r} "
            f"({_listed(namespaces[config.namespace].routes)}): choose one below them, "
            f"or add it to slipway-platform:namespaces.{config.namespace}.routes there"
        )
    return None


def _listed(claims: list[Claim]) -> str:
    return ", ".join(map(str, claims))
