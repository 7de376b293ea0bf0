"""The state of a stack as `pulumi stack export` gives it and `pulumi stack import` takes it.

Only what is read here is named (`apitype.DeploymentV3`); everything else passes through untouched.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class _Wire(BaseModel):
    model_config = ConfigDict(extra="allow")


class Resource(_Wire):
    """One resource of a stack."""

    model_config = ConfigDict(extra="allow", alias_generator=to_camel)

    urn: str
    type: str
    id: str = ""
    inputs: dict[str, Any] = {}
    outputs: dict[str, Any] = {}
    parent: str = ""
    provider: str = ""
    dependencies: list[str] = []
    property_dependencies: dict[str, list[str] | None] = {}
    delete: bool = False
    pending_replacement: bool = False

    @property
    def is_going(self) -> bool:
        """Whether it is an object in Kubernetes that was told to go and is still there."""
        metadata = self.outputs.get("metadata")
        return isinstance(metadata, dict) and "deletionTimestamp" in metadata

    @property
    def needs(self) -> set[str]:
        """The URNs of everything that the engine wants to see before this resource."""
        provider, _, _ = self.provider.rpartition("::")
        by_property = [urn for urns in self.property_dependencies.values() for urn in urns or ()]
        return {self.parent, provider, *self.dependencies, *by_property}


class PendingOperation(_Wire):
    """What the engine had asked a provider for when it was killed."""

    resource: Resource
    type: str


class Deployment(_Wire):
    """All resources of a stack, each behind those that it depends on."""

    resources: list[Resource] = []
    pending_operations: list[PendingOperation] = []


class Export(_Wire):
    """The file format around a deployment."""

    deployment: Deployment

    def dump(self) -> str:
        """As it was read, with what has been changed since."""
        return self.model_dump_json(by_alias=True, exclude_unset=True)
