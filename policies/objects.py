"""Kubernetes objects, in whatever version, twin or list of theirs a program declares them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pulumi_policy import PolicyResource
from pulumi_policy.proxy import UNKNOWN_OBJECT_VALUE, UnknownValueError

from policies import props
from policies.props import Props, across, section

# What isn't an object, but becomes some: in the program, where they are seen, or (Helm's Release) in the provider.
_RENDERED: Final = ("helm.sh", "kustomize", "yaml")


@dataclass(frozen=True)
class Object:
    """A Kubernetes object.

    Attributes:
        group: its API group without a version, like `apps`; `core` for the one without a name.
        kind: like `Deployment`, also where it was a `DeploymentPatch` or in a `DeploymentList`.
        props: as declared.
        urn: the URN of its resource; empty where only one resource is looked at.
    """

    group: str
    kind: str
    props: Props
    urn: str = ""

    @property
    def name(self) -> str | None:
        """Its name, if it was given one."""
        return section(self.props, "metadata").get("name")

    @property
    def namespace(self) -> str | None:
        """Its namespace, if it was given one."""
        return section(self.props, "metadata").get("namespace")

    @property
    def spec(self) -> Props:
        """Its `spec`; empty without one."""
        return section(self.props, "spec")

    def __str__(self) -> str:
        try:
            return f"{self.kind} {self.name!r}"
        except UnknownValueError:
            return self.kind  # the engine names the resource beside each message


def declared(resource_type: str, resource: Props, urn: str = "") -> Iterator[Object]:
    """The objects that a resource declares: one, those of a list, or none if it is no Kubernetes object.

    Args:
        resource_type: its type token, like `kubernetes:apps/v1:Deployment`.
        resource: its properties.
        urn: its URN.
    """
    package, _, kind = resource_type.partition(":")
    version, _, kind = kind.rpartition(":")
    if package != "kubernetes" or version.partition("/")[0] in _RENDERED:
        return
    if kind.endswith("List") and "items" in resource:
        for item in props.objects(resource, "items"):
            # A list of no kind in particular holds objects that say theirs.
            yield _object(str(item.get("apiVersion", version)), str(item.get("kind", kind[:-4])), item, urn)
    else:
        yield _object(version, kind, resource, urn)


def of_stack(resources: Sequence[PolicyResource], *kinds: tuple[str, str]) -> Iterator[Object]:
    """The stack's objects of these kinds, each a group and a kind.

    Raises:
        UnknownValueError: after the others, if nothing is known of one.
    """
    every = across(lambda one: declared(one.resource_type, one.props, one.urn), resources)
    return across(_known, (one for one in every if (one.group, one.kind) in kinds))


def _known(one: Object) -> Iterator[Object]:
    if not one.props:
        # A preview in which the cluster itself is still to be made: nobody has been asked what would be in it.
        raise UnknownValueError(UNKNOWN_OBJECT_VALUE, [one.kind])
    yield one


def _object(version: str, kind: str, resource: Props, urn: str) -> Object:
    return Object(version.rpartition("/")[0] or "core", kind.removesuffix("Patch") or kind, resource, urn)
