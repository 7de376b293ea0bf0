"""Nothing of a request from outside is sent in the clear."""

from collections.abc import Iterator
from typing import Final

from policies import objects
from policies.objects import Object
from policies.props import Props, section
from policies.rule import rule

_PREFIX: Final = "service.beta.kubernetes.io/aws-load-balancer-"
# Those that take nothing older than TLS 1.2.
_NEW: Final = ("ELBSecurityPolicy-TLS13-1-2", "ELBSecurityPolicy-TLS13-1-3", "ELBSecurityPolicy-TLS-1-2")


def _balancers(resource_type: str, props: Props) -> Iterator[Props]:
    def public(one: Object) -> bool:
        annotations = section(one.props, "metadata", "annotations")
        return annotations.get(f"{_PREFIX}scheme") == "internet-facing"

    for one in objects.declared(resource_type, props):
        if (one.group, one.kind) == ("core", "Service") and public(one):
            yield section(one.props, "metadata", "annotations")


@rule(_balancers)
def require_load_balancer_tls(annotations: Props) -> Iterator[str]:
    """Every load balancer that the internet reaches has a certificate, TLS 1.2 or newer, and access logs."""
    if not annotations.get(f"{_PREFIX}ssl-cert"):
        yield f"it takes requests in the clear: annotate {_PREFIX}ssl-cert with a certificate"
    policy = str(annotations.get(f"{_PREFIX}ssl-negotiation-policy", ""))
    if not policy.startswith(_NEW):
        yield f"its policy {policy!r} takes old TLS: annotate {_PREFIX}ssl-negotiation-policy with one like {_NEW[0]}"
    if "access_logs.s3.enabled=true" not in str(annotations.get(f"{_PREFIX}attributes", "")):
        yield f"nobody can look up who came: annotate {_PREFIX}attributes with access_logs.s3.enabled=true"
