"""Kubernetes quantities, such as `150m` of a CPU or `2Gi` of memory: compared, multiplied and written canonically.

Canonical, because the API server and the controllers rewrite anything else, and a later preview would see a
difference where there is none.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import total_ordering
from typing import Any, Final, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

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
        """Let configuration models hold quantities."""
        return core_schema.no_info_plain_validator_function(cls.parse)
