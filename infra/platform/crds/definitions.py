"""The controllers' CRDs, as upstream wrote them: read from a folder, and declared without their prose.

What fields mean is three quarters of the megabytes that each preview carries through the program, the engine, its
plugins and its policies, and that each update stores. `kubectl explain` has their names and types without it.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pulumi
import pulumi_kubernetes as k8s
import yaml

from infra.platform.crds import lock
from infra.shared.metadata import metadata

if TYPE_CHECKING:
    from pulumi_kubernetes.apiextensions.v1 import CustomResourceDefinitionSpecArgsDict


def read(folder: Path, tools: Collection[str], locked: Path = lock.LOCK) -> list[dict[str, Any]]:
    """Every document of every locked file of `tools`, in the lock's order.

    Args:
        folder: what `python -m infra.platform.crds fetch` has filled.
        tools: whose definitions, as the lock names them.
        locked: the lock.

    Raises:
        pulumi.RunError: a file is missing, or is not what the lock says.
    """
    try:
        wanted = [entry for entry in lock.entries(locked) if entry.tool in tools]
        contents = [lock.content(entry, folder / entry.file) for entry in wanted]
    except lock.CrdsError as error:
        raise pulumi.RunError(
            f"slipway-platform:crds.folder: {error}: `python -m infra.platform.crds fetch {folder}` brings it"
        ) from None
    loader = _loader()
    return [document for content in contents for document in yaml.load_all(content, loader) if document]


def _loader() -> type[yaml.CSafeLoader]:
    """A loader of libyaml, because megabytes take the other one half a minute; it takes `=` for the text that it is.

    In YAML 1.1, which nobody else reads it by, a plain `=` has a meaning of its own, which PyYAML knows and then fails
    at. In upstream's definitions it is an operator of matchers.
    """

    class Loader(yaml.CSafeLoader):
        pass

    def text(_: yaml.CSafeLoader, node: yaml.ScalarNode) -> str:
        return str(node.value)

    Loader.add_constructor("tag:yaml.org,2002:value", text)
    return Loader


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
                spec=cast("CustomResourceDefinitionSpecArgsDict", _without_prose(document["spec"])),
                opts=child,
            )

        self.register_outputs({})


def _without_prose(node: Any) -> Any:
    """A part of a definition without descriptions; a property of that name is no text, and stays."""
    if isinstance(node, Mapping):
        known = cast("Mapping[str, Any]", node)
        # Defaults are values, whatever they are called by.
        return {
            key: value if key == "default" else _without_prose(value)
            for key, value in known.items()
            if not (key == "description" and isinstance(value, str))
        }
    if isinstance(node, list):
        return [_without_prose(one) for one in cast("list[Any]", node)]
    return node
