"""The controllers' CRDs, as upstream wrote them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import pulumi
import pulumi_kubernetes as k8s

if TYPE_CHECKING:
    from pulumi_kubernetes.apiextensions.v1 import CustomResourceDefinitionSpecArgsDict


class CustomResourceDefinitions(pulumi.ComponentResource):
    """One resource per definition, named like it."""

    def __init__(
        self, name: str, documents: Sequence[Mapping[str, Any]], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("slipway:platform:CustomResourceDefinitions", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        for document in documents:
            metadata = document["metadata"]
            k8s.apiextensions.v1.CustomResourceDefinition(
                metadata["name"],
                metadata={"name": metadata["name"], "annotations": metadata.get("annotations", {})},
                # YAML has the wire's names, which the SDK passes through.
                spec=cast("CustomResourceDefinitionSpecArgsDict", document["spec"]),
                opts=child,
            )

        self.register_outputs({})
