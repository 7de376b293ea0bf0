"""Image references as programs write them: `registry/repository:tag`."""

import os
import re
from dataclasses import dataclass
from typing import Final, Self

from sandbox import registries

_FORM: Final = re.compile(
    r"(?P<registry>(?:localhost|[\w.-]*\.[\w.-]*|[\w.-]+(?=:\d))(?::\d+)?)/"
    r"(?P<repository>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?"
)

ECR: Final = "SLIPWAY_ECR"
"""The variable of the environment that names the registry behind every account's ECR."""
_ECR: Final = re.compile(r"\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com")


@dataclass(frozen=True)
class Repository:
    """A repository in a registry."""

    registry: str
    name: str

    @property
    def address(self) -> str:
        """Where the registry is really spoken to."""
        return os.environ.get(ECR, self.registry) if _ECR.fullmatch(self.registry) else self.registry

    @property
    def is_local(self) -> bool:
        """Whether the registry is on this machine, where it is spoken to in plain HTTP."""
        return registries.is_local(self.address)

    def __str__(self) -> str:
        return f"{self.registry}/{self.name}"


@dataclass(frozen=True)
class Reference:
    """A tag in a repository."""

    repository: Repository
    tag: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `text`; without a tag it means `latest`.

        Raises:
            ValueError: it doesn't name a registry, or isn't a reference at all.
        """
        found = _FORM.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} isn't of the form registry/repository:tag, with lower-case repository")
        return cls(Repository(found["registry"], found["repository"]), found["tag"] or "latest")

    def pinned(self, digest: str) -> str:
        """The reference with `digest` behind it: what a pod should name."""
        return f"{self.repository}:{self.tag}@{digest}"
