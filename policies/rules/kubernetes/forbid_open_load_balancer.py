"""Nothing is reachable from the internet by mistake."""

from collections.abc import Iterator
from typing import Final

from policies import objects
from policies.objects import Object
from policies.props import Props, items, section
from policies.rule import rule

_EVERYONE: Final = ("0.0.0.0/0", "::/0")
_INTERNAL: Final = (
    ("service.beta.kubernetes.io/aws-load-balancer-scheme", "internal"),
    ("service.beta.kubernetes.io/aws-load-balancer-internal", "true"),
)


def _services(resource_type: str, props: Props) -> Iterator[Object]:
    return (one for one in objects.declared(resource_type, props) if (one.group, one.kind) == ("core", "Service"))


@rule(_services)
def forbid_open_load_balancer(service: Object) -> Iterator[str]:
    """Every load balancer is internal, or names the networks that may reach it."""
    if service.spec.get("type") != "LoadBalancer":
        return
    annotations = section(service.props, "metadata", "annotations")
    if any(annotations.get(name) == value for name, value in _INTERNAL):
        return
    if not service.spec.get("loadBalancerSourceRanges"):
        yield f"{service} has no loadBalancerSourceRanges: name them, or annotate {_INTERNAL[0][0]}: {_INTERNAL[0][1]}"
    for everyone in (one for one in items(service.spec, "loadBalancerSourceRanges") if one in _EVERYONE):
        yield f"{service} has {everyone!r} in loadBalancerSourceRanges: name the networks that need it"
