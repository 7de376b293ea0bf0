"""What a serving stack may have: a namespace, a quota in it, and hosts and paths at the gateway.

The platform's configuration says it, its outputs hand it on, and serving keeps to it before it makes anything.
"""

from itertools import combinations
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from infra.shared.configuration import Section
from infra.shared.quantities import Quota
from infra.shared.vocabulary import Host, Namespace, Prefix

SYNTHETIC_TOKEN: Final = "synthetic-token"  # noqa: S105 - its name
"""The Secret that the platform keeps in each of them: who knows it can mark a request as Slipway's own."""
SYNTHETIC_TOKEN_KEY: Final = "token"  # noqa: S105 - its name
"""Its only key."""


class Claim(Section):
    """Hosts and paths at the gateway: those below a prefix, on one host or, without one, on all."""

    host: Host | None = Field(default=None, description="host of the requests, like 'models.example.com'; any without")
    path: Prefix = Field(description="prefix of their paths, like '/' or '/team'")

    def __str__(self) -> str:
        return f"{self.host or ''}{self.path}"

    def meets(self, other: "Claim") -> bool:
        """Whether a request may belong to both."""
        same_host = self.host == other.host or None in (self.host, other.host)
        return same_host and (_within(self.path, other.path) or _within(other.path, self.path))

    def covers(self, other: "Claim") -> bool:
        """Whether every request of `other` is one of this."""
        return self.host in (None, other.host) and _within(other.path, self.path)

    @property
    def precision(self) -> tuple[bool, int]:
        """Of two claims the more precise one has the requests of both: first one with a host, then a longer path."""
        return self.host is not None, len(self.path.rstrip("/"))


class ServingNamespace(Section):
    """A namespace that the platform makes and guards for one serving stack."""

    routes: list[Claim] = Field(min_length=1, description="hosts and paths that its models may have: host, path")
    quota: Quota = Field(description="what it holds at most: pods, requests, limits")


def _apart(namespaces: dict[str, ServingNamespace]) -> dict[str, ServingNamespace]:
    for (one, first), (other, second) in combinations(namespaces.items(), 2):
        for name, longer in ((one, other), (other, one)):
            # The gateway joins the names of namespace and service with a hyphen, and takes equal ones for the same.
            if longer.startswith(f"{name}-"):
                raise ValueError(f"{longer!r} begins like {name!r} and a hyphen: give one of both another name")
        for claim in first.routes:
            if claim in second.routes:
                raise ValueError(f"{one!r} and {other!r} both claim {str(claim)!r}: take it from one of both")
    return namespaces


Namespaces = Annotated[dict[Namespace, ServingNamespace], Field(min_length=1), AfterValidator(_apart)]
"""The namespaces by name."""


def _within(path: str, prefix: str) -> bool:
    return f"{path}/".startswith(f"{prefix.rstrip('/')}/")
