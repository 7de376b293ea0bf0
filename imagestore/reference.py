"""The name of an image: `REGISTRY/REPOSITORY@sha256:…`. Nothing is named by a tag alone."""

import re
from dataclasses import dataclass, replace
from typing import Final, Self

_FORM: Final = re.compile(
    r"(?P<registry>[a-z0-9.-]+(:\d+)?)/(?P<repository>[a-z0-9._-]+(/[a-z0-9._-]+)*)(:[\w.-]+)?@(?P<digest>sha256:[0-9a-f]{64})"
)


@dataclass(frozen=True)
class Reference:
    """An image.

    Attributes:
        registry: host, with a port if need be.
        repository: like `slipway/service`.
        digest: `sha256:…` of its manifest.
    """

    registry: str
    repository: str
    digest: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a reference; a tag in it says nothing beside the digest, and is left out.

        Raises:
            ValueError: it is something else; the message says what a reference looks like.
        """
        found = _FORM.fullmatch(text)
        if not found:
            raise ValueError(
                f"{text!r} is no image by digest, like 'registry.example/team/app@sha256:' and 64 hexadecimal digits"
            )
        return cls(found["registry"], found["repository"], found["digest"])

    def __str__(self) -> str:
        return f"{self.registry}/{self.repository}@{self.digest}"

    def of(self, digest: str) -> Self:
        """Another image of the same repository."""
        return replace(self, digest=digest)

    def below(self, prefix: str, other: str) -> Self:
        """The same image where another environment keeps it.

        Args:
            prefix: of this one's environment, like `127.0.0.1:5050`, which has been put before the repository's name.
                Where it doesn't begin so, only the registry's host is taken off.
            other: of the other environment, like `registry.example/team`.
        """
        full = f"{self.registry}/{self.repository}"
        before = prefix.rstrip("/") + "/"
        name = full.removeprefix(before) if full.startswith(before) else self.repository
        registry, _, folder = other.rstrip("/").partition("/")
        return replace(self, registry=registry, repository=f"{folder}/{name}" if folder else name)
