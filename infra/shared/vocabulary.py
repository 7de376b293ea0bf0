"""The words of the stacks' configuration: each a string with a form, and an example in its error."""

import ipaddress
import re
from typing import Annotated, Final

from pydantic import AfterValidator

_IMAGE: Final = re.compile(r"[a-z0-9.-]+(:\d+)?(/[a-z0-9._-]+)+(:[\w.-]+)?@sha256:[0-9a-f]{64}")
_ROUTE: Final = re.compile(r"(/[a-z0-9]+(-[a-z0-9]+)*)+")
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_HOST_LIMIT: Final = 253

MONITORING_NAMESPACE: Final = "monitoring"
"""Where Prometheus runs, or will."""
PLATFORM_NAMESPACES: Final = ("argo-rollouts", "gateway", "keda", MONITORING_NAMESPACE)
"""Where the platform's own parts run, or will: no serving stack may have its models there."""


def _image(value: str) -> str:
    if not _IMAGE.fullmatch(value):
        raise ValueError(
            f"{value!r} is no image pinned by digest, like 'registry.example/team/app@sha256:' and 64 digits"
        )
    return value


def _cidr(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value))
    except ValueError:
        raise ValueError(f"{value!r} is no network, like '10.0.0.0/16' or '10.0.0.7/32'") from None


def _route(value: str) -> str:
    if not _ROUTE.fullmatch(value):
        raise ValueError(f"{value!r} is no route, like '/maintenance-predictor' (lower case, no slash at the end)")
    return value


def _prefix(value: str) -> str:
    if value != "/" and not _ROUTE.fullmatch(value):
        raise ValueError(f"{value!r} is no prefix of routes, like '/' or '/team' (lower case, no slash at the end)")
    return value


def _host(value: str) -> str:
    if not _HOST.fullmatch(value) or len(value) > _HOST_LIMIT:
        raise ValueError(f"{value!r} is no host, like 'models.example.com' (lower case, no port)")
    return value


def _namespace(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", value):
        raise ValueError(f"{value!r} is no namespace, like 'serving' (63 letters, digits and hyphens at most)")
    if value == "default" or value.startswith("kube-"):
        raise ValueError(f"{value!r} belongs to Kubernetes: choose a namespace of your own, like 'serving'")
    if value in PLATFORM_NAMESPACES:
        raise ValueError(f"{value!r} belongs to the platform: choose a namespace of your own, like 'serving'")
    return value


ImageByDigest = Annotated[str, AfterValidator(_image)]
Cidr = Annotated[str, AfterValidator(_cidr)]
Host = Annotated[str, AfterValidator(_host)]
Route = Annotated[str, AfterValidator(_route)]
Prefix = Annotated[str, AfterValidator(_prefix)]
Namespace = Annotated[str, AfterValidator(_namespace)]
