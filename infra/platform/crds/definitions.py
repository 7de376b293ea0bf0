"""The controllers' CRDs, as upstream wrote them: read from a folder, and declared."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pulumi
import pulumi_kubernetes as k8s
import yaml

from infra.platform.crds import lock
from infra.shared.metadata import metadata

if TYPE_CHECKING:
    from pulumi_kubernetes.apiextensions.v1 import CustomResourceDefinitionSpecArgsDict


def read(folder: Path, locked: Path = lock.LOCK) -> list[dict[str, Any]]:
    """Every document of every locked file, in the lock's order.

    Raises:
        pulumi.RunError: a file is missing, or is not what the lock says.
    """
    try:
        contents = [lock.content(entry, folder / entry.file) for entry in lock.entries(locked)]
    except lock.CrdsError as error:
        raise pulumi.RunError(
            f"slipway-platform:crds.folder: {error}: `python -m infra.platform.crds fetch {folder}` brings it"
        ) from None
    # libyaml's loader: three megabytes take the other one half a minute.
    return [document for content in contents for document in yaml.load_all(content, yaml.CSafeLoader) if document]


class CustomResourceDefinitions(pulumi.ComponentResource):
    """One resource per definition, named like it."""

    def __init__(
        self, name: str, documents: Sequence[Mapping[str, Any]], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("slipway:platform:CustomResourceDefinitions", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        for document in documents:
            upstream = document["metadata"]
            k8s.apiextensions.v1.CustomResourceDefinition(
                upstream["name"],
                metadata=metadata(upstream["name"], {}, annotations=upstream.get("annotations")),
                # YAML has the wire's names, which the SDK passes through.
                spec=cast("CustomResourceDefinitionSpecArgsDict", document["spec"]),
                opts=child,
            )

        self.register_outputs({})
