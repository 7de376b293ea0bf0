"""Asks a rule about a resource, as the SDK would, and gives what it says."""

import copy
from collections.abc import Callable
from typing import Any, Final, TypeAlias, cast

from pulumi_policy import (
    Policy,
    PolicyCustomTimeouts,
    PolicyResourceOptions,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError, unknown_checking_proxy

Object: TypeAlias = dict[str, Any]
Change: TypeAlias = Callable[[Object], object]

UNKNOWN: Final = UNKNOWN_STRING_VALUE
DEPLOYMENT: Final = "kubernetes:apps/v1:Deployment"
POD: Final = "kubernetes:core/v1:Pod"
JOB: Final = "kubernetes:batch/v1:Job"
ROLLOUT: Final = "kubernetes:argoproj.io/v1alpha1:Rollout"

_CONTAINER: Final[Object] = {
    "name": "server",
    "image": f"registry.example/app@sha256:{'a' * 64}",
    "env": [{"name": "MODEL_NAME", "value": "pump"}],
    "ports": [{"containerPort": 8000.0}],
    "startupProbe": {"httpGet": {"path": "/livez", "port": 8000.0}},
    "readinessProbe": {"httpGet": {"path": "/readyz", "port": 8000.0}},
    "livenessProbe": {"httpGet": {"path": "/livez", "port": 8000.0}},
    "resources": {
        "requests": {"cpu": "100m", "memory": "64Mi"},
        "limits": {"cpu": "1", "memory": "128Mi"},
    },
    "securityContext": {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    },
}
_SPEC: Final[Object] = {
    "securityContext": {
        "runAsNonRoot": True,
        "runAsUser": 10001.0,
        "runAsGroup": 10001.0,
        "seccompProfile": {"type": "RuntimeDefault"},
    },
    "containers": [_CONTAINER],
    "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "1Mi"}}],
}


def pod(*changes: Change) -> Object:
    """A pod's spec that every rule accepts, with `changes`."""
    spec = copy.deepcopy(_SPEC)
    for change in changes:
        change(spec)
    return spec


def deployment(*changes: Change) -> Object:
    """A Deployment of such a pod."""
    return {"metadata": {"name": "app"}, "spec": {"replicas": 2.0, "template": {"spec": pod(*changes)}}}


def put(*path: str | int, value: object) -> Change:
    """Set the value at `path` of a pod's spec, making objects on the way."""

    def change(spec: Object) -> None:
        place: Any = spec
        for step in path[:-1]:
            place = place[step] if isinstance(step, int) else place.setdefault(step, {})
        place[path[-1]] = value

    return change


def drop(*path: str | int) -> Change:
    """Take away what is at `path` of a pod's spec."""

    def change(spec: Object) -> None:
        place: Any = spec
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return change


def violations(policy: Policy, props: Object, resource_type: str = DEPLOYMENT) -> list[str]:
    """What the rule objects to.

    Raises:
        UnknownValueError: (in the end) something that it needs isn't known; what it said until then is lost.
    """
    said, unknown = judge(policy, props, resource_type)
    if unknown:
        raise unknown
    return said


def judge(policy: Policy, props: Object, resource_type: str = DEPLOYMENT) -> tuple[list[str], UnknownValueError | None]:
    """What the rule objects to, and what it could not judge because it isn't known."""
    assert isinstance(policy, ResourceValidationPolicy)
    validate: Callable[[ResourceValidationArgs, ReportViolation], object] = cast("Any", policy).validate
    said: list[str] = []
    options = PolicyResourceOptions(False, [], None, [], PolicyCustomTimeouts(0, 0, 0), [])
    args = ResourceValidationArgs(resource_type, unknown_checking_proxy(props), "urn", "name", options, None)
    try:
        validate(args, lambda message, urn=None: said.append(message))
    except UnknownValueError as error:
        return said, error
    return said, None
