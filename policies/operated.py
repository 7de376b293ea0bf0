"""The pods that the Prometheus operator makes of its kinds, as far as who declares one decides what is in them.

The operator guards its containers and probes them by itself. Their image, what they may take and who they run as stand
in the object's spec. The spec's `containers` are patches of the operator's own, by their name, or further ones.
"""

from collections import ChainMap
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from pulumi_policy.proxy import UnknownValueError

from policies.objects import Object
from policies.props import Props, objects, section

GROUP: Final = "monitoring.coreos.com"
MAIN: Final[Mapping[str, str]] = {
    "Alertmanager": "alertmanager",
    "Prometheus": "prometheus",
    "PrometheusAgent": "prometheus",
    "ThanosRuler": "thanos-ruler",
}
"""Of each kind, the container that its spec is about."""
LABELS: Final = ("podMetadata", "labels")
"""Where a spec has its pods' labels."""

# What the operator adds, whose image and limits are its own settings.
_BESIDE: Final = ("config-reloader", "init-config-reloader", "thanos-sidecar")
_GUARDED: Final[Mapping[str, Any]] = {
    "readinessProbe": {"httpGet": {"port": "web"}},
    "livenessProbe": {"httpGet": {"port": "web"}},
    "securityContext": {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    },
}


def pods(one: Object) -> Iterator[Props]:
    """The pod of one of these kinds; none of another.

    Raises:
        UnknownValueError: after the pod, if a patch isn't known.
    """
    if one.group != GROUP or one.kind not in MAIN:
        return
    unknown: UnknownValueError | None = None
    found: dict[str, list[Props]] = {"containers": [], "initContainers": []}
    for kind, containers in found.items():
        try:
            containers.extend(_patched(one, container) for container in objects(one.spec, kind))
        except UnknownValueError as error:
            unknown = error
    main = MAIN[one.kind]
    if not any(container.get("name") == main for container in found["containers"]):
        found["containers"].append(_patched(one, {"name": main}))
    yield _first(found, one.spec)
    if unknown:
        raise unknown


def _patched(one: Object, container: Props) -> Props:
    if container.get("name") not in (MAIN[one.kind], *_BESIDE):
        return container  # not the operator's
    security = {**_GUARDED["securityContext"], **section(container, "securityContext")}
    return _first({"securityContext": security}, container, _GUARDED, one.spec)


def _first(*of: Mapping[str, Any]) -> Props:
    """What the first of these has. It is looked up when it is asked for: an unknown value hides none beside it."""
    return ChainMap(*cast("tuple[dict[str, Any], ...]", of))
