"""What the platform gives to serving, read from its stack's outputs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import pulumi

from infra import traffic

Text: TypeAlias = pulumi.Output[str]


@dataclass(frozen=True)
class Foundation:
    """The platform's outputs, one by one.

    Attributes:
        kubeconfig: contents of a kubeconfig, secret.
        cluster_identifier: a name for the cluster that never changes.
        registry: prefix of our own image.
        store_url: where models are published, like `s3://slipway-models/models`.
        store_region: AWS region of the store.
        store_environment: what pods need in their environment to reach the store.
        to_store: egress rule to the store.
        to_api_server: egress rule to the Kubernetes API.
        gateway_url: where clients reach the gateway.
        gateway_internal_url: where pods reach it.
        gateway_namespace: where it runs.
    """

    kubeconfig: Text
    cluster_identifier: Text
    registry: Text
    store_url: Text
    store_region: Text
    store_environment: pulumi.Output[dict[str, str]]
    to_store: traffic.EgressRule
    to_api_server: traffic.EgressRule
    gateway_url: Text
    gateway_internal_url: Text
    gateway_namespace: Text


def read(stack: str) -> Foundation:
    """Read the outputs of the platform's `stack`.

    Raises:
        pulumi.RunError: (while the program runs) the stack lacks an output.
    """
    reference = pulumi.StackReference("platform", stack_name=stack)

    def output(*path: str) -> pulumi.Output[Any]:
        # `cluster` is secret, and what is taken from it stays so.
        return reference.get_output(path[0]).apply(lambda value: _at(value, stack, path))

    return Foundation(
        kubeconfig=output("cluster", "kubeconfig"),
        cluster_identifier=output("cluster", "identifier"),
        registry=output("registry"),
        store_url=output("modelStore", "url"),
        store_region=output("modelStore", "region"),
        store_environment=output("modelStore", "environment"),
        to_store=traffic.to_address(output("network", "modelStore", "cidr"), output("network", "modelStore", "port")),
        to_api_server=traffic.to_address(
            output("network", "apiServer", "cidr"), output("network", "apiServer", "port")
        ),
        gateway_url=output("gateway", "url"),
        gateway_internal_url=output("gateway", "internalUrl"),
        gateway_namespace=output("gateway", "namespace"),
    )


def _at(value: Any, stack: str, path: tuple[str, ...]) -> Any:
    for key in path[1:]:
        value = cast("Mapping[str, Any]", value).get(key) if isinstance(value, Mapping) else None
    if value is None:
        raise pulumi.RunError(
            f"slipway:platform = {stack!r} has no output {'.'.join(path)}: bring it up with `make up`"
        )
    return value
