"""A pod that the rules don't find is a pod without rules."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from policies import objects
from policies.objects import Object
from policies.props import Props, across
from policies.props import items as items_of
from policies.rule import rule
from policies.workloads import LISTS, PODS


def _kinds(resource_type: str, props: Props) -> Iterator[Object]:
    if resource_type.startswith("kubernetes:helm.sh/v3:"):
        yield Object("helm.sh", "Release", props)
    yield from objects.declared(resource_type, props)


@rule(_kinds)
def forbid_unseen_pods(one: Object) -> Iterator[str]:
    """No kind has pods where the rules don't look for them."""
    if one.group == "helm.sh":
        yield "a Release's pods are rendered where no rule sees them: use kubernetes:helm.sh/v4:Chart"
    elif (one.group, one.kind) not in PODS:
        told: set[str] = set()
        for path in _containers(one.props, ""):
            if path in told:
                continue  # the same place in another element of a list
            told.add(path)
            yield (
                f"kind {one.kind!r} of group {one.group!r} holds containers at {path}, where no rule looks: "
                "add the kind to PODS in policies/workloads.py, with its pods' path, or with none if these are no pods"
            )


def _containers(value: Any, path: str) -> Iterator[str]:
    """Paths of what looks like containers, wherever it is in a value."""
    if isinstance(value, Mapping):
        props = cast("Props", value)

        def at(key: str) -> Iterator[str]:
            here = f"{path}.{key}".removeprefix(".")
            return iter((here,)) if _are_containers(key, props[key]) else _containers(props[key], here)

        yield from across(at, props)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield from across(lambda one: _containers(one, f"{path}[]"), items_of({"": value}, ""))


def _are_containers(key: str, value: Any) -> bool:
    if key == "container":  # like a step of a workflow
        return isinstance(value, Mapping) and "image" in value
    return key in LISTS and any(isinstance(one, Mapping) for one in items_of({"": value}, ""))
