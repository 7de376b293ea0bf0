"""What a container may use, and what a namespace must be able to hold."""

from collections.abc import Iterable
from typing import Self

from pulumi_kubernetes.core.v1 import ResourceRequirementsArgsDict
from pydantic import Field, model_validator

from infra.configuration import Section
from infra.quantity import Quantity


class Amounts(Section):
    """Amounts of the three resources that a container shares with its neighbours."""

    cpu: Quantity = Field(description="CPUs, like '150m'")
    memory: Quantity = Field(description="bytes, like '2Gi'")
    ephemeral_storage: Quantity = Field(description="bytes on the node's disk, like '1Gi': emptyDirs and logs")

    def plain(self) -> dict[str, str]:
        """The amounts under Kubernetes' names."""
        return {"cpu": str(self.cpu), "memory": str(self.memory), "ephemeral-storage": str(self.ephemeral_storage)}

    def times(self, count: int) -> "Amounts":
        """What `count` containers need."""
        return Amounts.model_construct(
            cpu=self.cpu * count, memory=self.memory * count, ephemeral_storage=self.ephemeral_storage * count
        )

    def plus(self, other: "Amounts") -> "Amounts":
        """What both need."""
        return Amounts.model_construct(
            cpu=self.cpu + other.cpu,
            memory=self.memory + other.memory,
            ephemeral_storage=self.ephemeral_storage + other.ephemeral_storage,
        )


class Resources(Section):
    """What a container is promised, and what it never gets more of."""

    requests: Amounts = Field(description="what the scheduler keeps free for it")
    limits: Amounts = Field(description="what it never gets more of")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for name, limit in self.limits.plain().items():
            request = self.requests.plain()[name]
            if Quantity.parse(limit) < Quantity.parse(request):
                raise ValueError(f"the {name} limit {limit} is below the request {request}: raise the limit")
        return self

    def requirements(self) -> ResourceRequirementsArgsDict:
        """The container's `resources`."""
        return {"requests": self.requests.plain(), "limits": self.limits.plain()}


def quota(workloads: Iterable[tuple[Resources, int]]) -> dict[str, str]:
    """Hard limits of a namespace that has to hold each of `workloads` so many times at once."""
    counted = list(workloads)
    requests, limits = (
        _sum(getattr(resources, side).times(pods) for resources, pods in counted) for side in ("requests", "limits")
    )
    return {
        "pods": str(sum(pods for _, pods in counted)),
        **{f"requests.{name}": amount for name, amount in requests.plain().items()},
        **{f"limits.{name}": amount for name, amount in limits.plain().items()},
    }


def _sum(amounts: Iterable[Amounts]) -> Amounts:
    first, *rest = amounts
    for one in rest:
        first = first.plus(one)
    return first
