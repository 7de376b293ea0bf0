"""Asks a rule about a resource or a stack, as the SDK would, and gives what it says."""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, cast

from pulumi_policy import (
    Policy,
    PolicyCustomTimeouts,
    PolicyResource,
    PolicyResourceOptions,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
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
    "ports": [{"name": "http", "containerPort": 8000.0}, {"name": "monitoring", "containerPort": 8001.0}],
    "startupProbe": {"httpGet": {"path": "/livez", "port": "monitoring"}},
    "readinessProbe": {"httpGet": {"path": "/readyz", "port": "monitoring"}},
    "livenessProbe": {"httpGet": {"path": "/livez", "port": "monitoring"}},
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
    "serviceAccountName": "app",
    "automountServiceAccountToken": False,
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
    return {
        "metadata": {"name": "app", "namespace": "serving"},
        "spec": {"replicas": 2.0, "template": {"metadata": {"labels": {"app": "app"}}, "spec": pod(*changes)}},
    }


def put(*path: str | int, value: object) -> Change:
    """Set the value at `path` of a pod's spec or of a resource, making objects on the way."""

    def change(spec: Object) -> None:
        place: Any = spec
        for step in path[:-1]:
            place = place[step] if isinstance(step, int) else place.setdefault(step, {})
        place[path[-1]] = value

    return change


def drop(*path: str | int) -> Change:
    """Take away what is at `path` of a pod's spec or of a resource."""

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
    return judge_stack(policy, [Declared(resource_type, "name", props)])


@dataclass(frozen=True)
class Declared:
    """A resource of a stack, as a program declares it.

    Attributes:
        type: its type token.
        name: its logical name.
        props: its properties.
        sources: URNs of what each property's value comes from.
        protect: whether it refuses to be deleted.
    """

    type: str
    name: str
    props: Object
    sources: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    protect: bool = False

    @property
    def urn(self) -> str:
        return f"urn:pulumi:test::tests::{self.type}::{self.name}"


def judge_stack(policy: Policy, stack: Sequence[Declared]) -> tuple[list[str], UnknownValueError | None]:
    """What a rule of either kind objects to in a stack, and what it could not judge because it isn't known."""
    said: list[str] = []
    unknown: UnknownValueError | None = None
    validate: Callable[[object, ReportViolation], object] = cast("Any", policy).validate
    urns = {one.urn for one in stack}

    def report(message: str, urn: str | None = None) -> None:
        assert urn is None if isinstance(policy, ResourceValidationPolicy) else urn in urns
        said.append(message)

    for args in _resources(stack) if isinstance(policy, ResourceValidationPolicy) else [_whole(stack)]:
        try:
            validate(args, report)
        except UnknownValueError as error:
            unknown = unknown or error
    return said, unknown


def _options(one: Declared) -> PolicyResourceOptions:
    return PolicyResourceOptions(one.protect, [], None, [], PolicyCustomTimeouts(0, 0, 0), [])


def _resources(stack: Sequence[Declared]) -> list[ResourceValidationArgs]:
    return [
        ResourceValidationArgs(one.type, unknown_checking_proxy(one.props), one.urn, one.name, _options(one), None)
        for one in stack
    ]


def _whole(stack: Sequence[Declared]) -> StackValidationArgs:
    resources = {
        one.urn: PolicyResource(
            one.type, unknown_checking_proxy(one.props), one.urn, one.name, _options(one), None, None, [], {}
        )
        for one in stack
    }
    for one in stack:
        for name, urns in one.sources.items():
            sources = [resources[urn] for urn in urns if urn in resources]
            resources[one.urn].property_dependencies[name] = sources
    return StackValidationArgs(list(resources.values()))
