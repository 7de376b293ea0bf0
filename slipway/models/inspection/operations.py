"""The list of allowed operations, read from `operations.yaml`."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Self

import yaml


@dataclass(frozen=True)
class Operations:
    """Which operations a model may use.

    Attributes:
        allowed: anywhere, but for those that change something.
        changing: of these, the ones that must not run when the signature is called.
        saver_only: only in functions that nothing but the saver reaches.
        dangers: why some well-known ones are refused.
    """

    allowed: frozenset[str]
    changing: frozenset[str]
    saver_only: frozenset[str]
    dangers: dict[str, str]

    @classmethod
    @cache
    def load(cls) -> Self:
        """Read the list that comes with this package."""
        document = yaml.safe_load(files("slipway.models.inspection").joinpath("operations.yaml").read_text("utf-8"))
        return cls(
            allowed=frozenset(name for group in document["allowed"] for name in group["operations"]),
            changing=frozenset(document["changing"]),
            saver_only=frozenset(document["saver_only"]),
            dangers=document["known_dangers"],
        )

    def reason(self, operation: str) -> str:
        """Why an operation that is not allowed is refused."""
        return self.dangers.get(operation, "it is not in the list of operations that are known to be harmless")
