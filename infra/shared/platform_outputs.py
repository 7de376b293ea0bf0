"""What the platform hands over, in one place: the platform's program exports it, serving's reads it.

Tools read it too (`pulumi stack output`), so a name here changes nowhere else alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, TypeVar, get_args, get_type_hints

import pulumi
from pydantic import TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from infra.shared.cluster import Cluster, Credential
from infra.shared.configuration import Section
from infra.shared.namespaces import ServingNamespace
from infra.shared.network import Address, Port


class ModelStore(Section):
    """Where models are published, and how their store is reached.

    Attributes:
        url: like `s3://slipway-models/models`.
        region: AWS region.
        environment: the variables that the store's client needs, in pods and tools.
    """

    url: str
    region: str
    environment: dict[str, str]

    @property
    def variables(self) -> dict[str, str]:
        """All that a program in a pod needs to find it, and what is beside it."""
        return {"AWS_REGION": self.region, "MODEL_STORE": self.url, **dict(sorted(self.environment.items()))}


class Gateway(Section):
    """The gateway.

    Attributes:
        url: where clients reach it.
        internal_url: where pods reach it.
        namespace: where its pods run.
        port: where they listen.
    """

    url: str
    internal_url: str
    namespace: str
    port: Port


class Network(Section):
    """Where pods' traffic to what is outside of the cluster's pods goes; network policies name it.

    Attributes:
        api_server: the Kubernetes API.
        model_store: the store, and whatever gives out credentials for it.
    """

    api_server: list[Address]
    model_store: list[Address]


class Monitoring(Section):
    """What watches the cluster: Prometheus with its operator, and the autoscaler that asks it.

    Attributes:
        url: where pods reach Prometheus.
        namespace: where it runs.
        labels: what monitors and rules must carry for it to take them.
        autoscaler_namespace: where KEDA runs; None where there is none.
    """

    url: str
    namespace: str
    labels: dict[str, str]
    autoscaler_namespace: str | None = None


Part = TypeVar("Part")


@dataclass(frozen=True, kw_only=True)
class PlatformOutputs:
    """The outputs of a platform's stack, each under its name in camel case.

    Attributes:
        cluster: where the cluster is.
        credentials: secret: who serving stacks are in the cluster, by their namespace; it opens that one alone.
        registry: prefix of our own image.
        model_store: where models are.
        gateway: what every request passes.
        network: what network policies let through.
        namespaces: those that serving stacks may have.
        monitoring: what watches them; None where nothing does.
    """

    cluster: pulumi.Output[Cluster]
    credentials: pulumi.Output[dict[str, Credential]]
    registry: pulumi.Output[str]
    model_store: pulumi.Output[ModelStore]
    gateway: pulumi.Output[Gateway]
    network: pulumi.Output[Network]
    namespaces: pulumi.Output[dict[str, ServingNamespace]]
    monitoring: pulumi.Output[Monitoring | None]

    def of_monitoring(self, part: Callable[[Monitoring], Part]) -> pulumi.Output[Part]:
        """A part of `monitoring`, for a stack that was admitted with it."""

        def read(monitoring: Monitoring | None) -> Part:
            if monitoring is None:
                raise pulumi.RunError("the platform has no monitoring")
            return part(monitoring)

        return self.monitoring.apply(read)

    def export(self) -> None:
        """Make them the outputs of this program's stack."""
        for name, adapter in _ADAPTERS.items():
            value: pulumi.Output[object] = getattr(self, name).apply(_dump(adapter))
            pulumi.export(to_camel(name), pulumi.Output.secret(value) if name in _SECRET else value)


_ADAPTERS: Final[Mapping[str, TypeAdapter[Any]]] = {
    field.name: TypeAdapter(get_args(get_type_hints(PlatformOutputs)[field.name])[0])
    for field in fields(PlatformOutputs)
}

_SECRET: Final = ("credentials",)

Handed = TypeVar("Handed", bound=Section)


def known(kind: type[Handed], **values: pulumi.Input[Any]) -> pulumi.Output[Handed]:
    """A `kind` of these values, which may not be known yet."""
    return pulumi.Output.all(**values).apply(lambda all_: kind.model_validate(all_, by_alias=False, by_name=True))


def read(stack: str) -> PlatformOutputs:
    """Read the outputs of the platform's `stack`.

    Raises:
        pulumi.RunError: (while the program runs) the stack lacks an output, or has one of another form.
    """
    reference = pulumi.StackReference("platform", stack_name=stack)
    return PlatformOutputs(
        **{
            # Each by its own name: one that is secret stays so, and makes no other secret.
            name: reference.get_output(to_camel(name)).apply(_load(adapter, stack, to_camel(name)))
            for name, adapter in _ADAPTERS.items()
        }
    )


def _dump(adapter: TypeAdapter[Any]) -> Callable[[object], Any]:
    return lambda value: adapter.dump_python(value, mode="json", by_alias=True, exclude_none=True)


def _load(adapter: TypeAdapter[Any], stack: str, name: str) -> Callable[[object], Any]:
    def load(value: object) -> Any:
        try:
            return adapter.validate_python(value)
        except ValidationError as error:
            # Without the value: it may be a credential.
            # A step that begins with a capital is the kind that was tried, and no key.
            steps = (step for step in map(str, error.errors()[0]["loc"]) if not step[:1].isupper())
            path = ".".join((name, *steps))
            raise pulumi.RunError(
                f"slipway:platform = {stack!r} has no output {path} that this version can use: "
                "bring that stack up first (on this machine, `make up` does)"
            ) from None

    return load
