"""The kernel's rarer calls are closed."""

from collections.abc import Iterator
from typing import Final

from policies import workloads
from policies.props import section
from policies.rule import rule
from policies.workloads import Container

_ALLOWED: Final = ("RuntimeDefault", "Localhost")


@rule(workloads.containers)
def require_seccomp(container: Container) -> Iterator[str]:
    """Every container runs under a seccomp profile."""
    found = section({"profile": container.security("seccompProfile")}, "profile").get("type")
    if found not in _ALLOWED:
        yield f"{container} has securityContext.seccompProfile.type {found!r}: set it to {_ALLOWED[0]}"
