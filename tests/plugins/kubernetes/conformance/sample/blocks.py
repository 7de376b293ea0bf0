"""One block: where it is, and what is changed in it."""

from dataclasses import dataclass
from typing import TypeVar

import pulumi
import pulumi_kubernetes as k8s

Value = TypeVar("Value")


@dataclass(frozen=True)
class Block:
    """A part of the sample.

    Attributes:
        name: the block's name, the prefix of its resources' names.
        changes: the recorded changes that are in force.
        image: a reference to an image with `python3` that the node has.
        namespace: its namespace.
        cluster: the provider.
    """

    name: str
    changes: frozenset[str]
    image: str
    namespace: str
    cluster: k8s.Provider

    def either(self, change: str, changed: Value, usual: Value) -> Value:
        """The changed value if `change` is in force."""
        return changed if change in self.changes else usual

    def called(self, name: str) -> str:
        """The full name of the resource that was recorded as `name`."""
        return f"{self.name}.{name}"

    def options(self, *, after: pulumi.Resource | None = None, ignoring: str | None = None) -> pulumi.ResourceOptions:
        """Options of a resource in this block."""
        return pulumi.ResourceOptions(
            provider=self.cluster,
            depends_on=[after] if after else None,
            ignore_changes=[ignoring] if ignoring else None,
        )

    def metadata(
        self, name: str, space: pulumi.Input[str] | None = None, annotations: dict[str, str] | None = None
    ) -> k8s.meta.v1.ObjectMetaArgs:
        """Metadata of an object in the block's namespace."""
        return k8s.meta.v1.ObjectMetaArgs(name=name, namespace=space, annotations=annotations)
