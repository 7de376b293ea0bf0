"""Amounts of CPU, memory and disk: `150m` or `2Gi`, what a container may use, and what a namespace can hold.

They are written canonically, because the API server and the controllers rewrite anything else, and a later preview
would see a difference where there is none.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce, total_ordering
from typing import Any, Final, Self

from pulumi_kubernetes.core.v1 import ResourceRequirementsArgsDict
from pydantic import Field, GetCoreSchemaHandler, model_validator
from pydantic_core import CoreSchema, core_schema

from infra.shared.configuration import Section

_BINARY: Final = {f"{letter}i": Decimal(1024) ** power for power, letter in enumerate("KMGT", start=1)}
_DECIMAL: Final = {
    "m": Decimal("0.001"),
    "": Decimal(1),
    "k": Decimal(10) ** 3,
    "M": Decimal(10) ** 6,
    "G": Decimal(10) ** 9,
}
_SUFFIXES: Final = _BINARY | _DECIMAL


@total_ordering
@dataclass(frozen=True)
class Quantity:
    """An amount of a resource.

    Attributes:
        value: in CPUs or bytes, exact.
        binary: written with Ki, Mi, Gi rather than with m, k, M.
    """

    value: Decimal
    binary: bool = False

    @classmethod
    def parse(cls, text: object) -> Self:
        """Read a quantity as it stands in manifests.

        Raises:
            ValueError: it isn't one, or is negative.
        """
        found = re.fullmatch(r"(\d+(?:\.\d+)?)([A-Za-z]*)", str(text))
        if found is None or found[2] not in _SUFFIXES:
            raise ValueError(f"{text!r} is no quantity, like '150m' (of a CPU) or '2Gi' (of memory)")
        return cls(Decimal(found[1]) * _SUFFIXES[found[2]], binary=found[2] in _BINARY)

    def __mul__(self, factor: int) -> "Quantity":
        return Quantity(self.value * factor, self.binary)

    def __add__(self, other: "Quantity") -> "Quantity":
        return Quantity(self.value + other.value, self.binary or other.binary)

    def __lt__(self, other: "Quantity") -> bool:
        return self.value < other.value

    def __str__(self) -> str:
        # The largest suffix that leaves a whole number, as the API server does.
        suffixes = {"": Decimal(1), **_BINARY} if self.binary else _DECIMAL
        for suffix, unit in sorted(suffixes.items(), key=lambda one: one[1], reverse=True):
            if self.value and self.value % unit == 0:
                return f"{int(self.value / unit)}{suffix}"
        return "0" if not self.value else f"{self.value.normalize():f}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let sections hold quantities, and write them as they are read."""
        return core_schema.no_info_plain_validator_function(
            lambda value: value if isinstance(value, cls) else cls.parse(value),
            serialization=core_schema.plain_serializer_function_ser_schema(str),
        )


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

    def plus(self, other: "Resources") -> "Resources":
        """What both need, like two containers of a pod."""
        return Resources(requests=self.requests.plus(other.requests), limits=self.limits.plus(other.limits))

    def requirements(self) -> ResourceRequirementsArgsDict:
        """The container's `resources`."""
        return {"requests": self.requests.plain(), "limits": self.limits.plain()}


class Quota(Resources):
    """What a namespace holds at most."""

    pods: int = Field(ge=1, description="pods, whatever state they are in")

    def hard(self) -> dict[str, str]:
        """The limits of a ResourceQuota."""
        return {
            "pods": str(self.pods),
            **{f"requests.{name}": amount for name, amount in self.requests.plain().items()},
            **{f"limits.{name}": amount for name, amount in self.limits.plain().items()},
        }

    def lacks(self, need: "Quota") -> list[str]:
        """What `need` has more of, like `requests.cpu 9 of 6`."""
        given = self.hard()
        return [
            f"{name} {wanted} of {given[name]}"
            for name, wanted in need.hard().items()
            if Quantity.parse(given[name]) < Quantity.parse(wanted)
        ]


def needed(workloads: Iterable[tuple[Resources, int]]) -> Quota:
    """What holds each of `workloads` so many times at once."""
    counted = list(workloads)
    requests, limits = (
        reduce(Amounts.plus, (getattr(resources, side).times(pods) for resources, pods in counted))
        for side in ("requests", "limits")
    )
    return Quota(requests=requests, limits=limits, pods=sum(pods for _, pods in counted))
