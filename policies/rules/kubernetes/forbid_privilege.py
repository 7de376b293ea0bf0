"""Containers hold no privilege and can't gain any."""

from collections.abc import Iterator
from typing import Final

from policies import workloads
from policies.props import items, section
from policies.rule import rule
from policies.workloads import Container

_ALLOWED: Final = ("NET_BIND_SERVICE",)


@rule(workloads.containers)
def forbid_privilege(container: Container) -> Iterator[str]:
    """No container is privileged, may escalate, or keeps a capability."""
    security = section(container.props, "securityContext")
    if security.get("privileged"):
        yield f"{container} sets securityContext.privileged: true"
    if security.get("allowPrivilegeEscalation") is not False:
        yield f"{container} has no securityContext.allowPrivilegeEscalation: false"
    capabilities = section(security, "capabilities")
    if "ALL" not in (dropped := list(items(capabilities, "drop"))):
        yield f"{container} drops the capabilities {dropped}, and must drop ALL"
    for added in items(capabilities, "add"):
        if added not in _ALLOWED:
            yield f"{container} adds the capability {added!r}; only {', '.join(_ALLOWED)} may be added"
