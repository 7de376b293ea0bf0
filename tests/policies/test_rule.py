from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, cast

import pytest
from pulumi_policy import Policy, ResourceValidationPolicy
from pulumi_policy.proxy import UnknownValueError

from policies import workloads
from policies.props import Props
from policies.rule import rule
from policies.rules import RULES
from policies.workloads import Container
from tests.policies import compliant
from tests.policies.judging import UNKNOWN, Change, Object, deployment, drop, judge, judge_stack, put, violations

STRANGE: list[Any] = [None, "text", [{}], UNKNOWN]
CHANGES = [drop, *(partial(put, value=value) for value in STRANGE)]


@rule(workloads.containers)
def forbid_names(container: Container) -> Iterator[str]:
    """No container has a name."""
    yield f"it is {container.props['name']}"


@rule(workloads.pods)
def require_order(pod: Props) -> Iterator[str]:
    """A second rule."""
    yield f"{len(pod['containers'])} containers"


def test_name_and_description_come_from_the_function() -> None:
    assert forbid_names.name == "forbid-names"
    assert forbid_names.description == "No container has a name."


def test_an_unknown_value_does_not_hide_what_is_wrong_beside_it() -> None:
    three = deployment(put("containers", value=[{"name": "a"}, {"name": UNKNOWN}, {"name": "c"}]))
    said, unknown = judge(forbid_names, three)
    assert said == ["it is a", "it is c"]
    assert isinstance(unknown, UnknownValueError)


def test_an_unknown_container_does_not_hide_the_others() -> None:
    said, unknown = judge(forbid_names, deployment(put("containers", value=[UNKNOWN, {"name": "b"}])))
    assert said == ["it is b"]
    assert unknown


@pytest.mark.parametrize("policy", RULES, ids=lambda policy: policy.name)
def test_an_image_that_is_still_to_be_built_only_keeps_one_rule_from_judging(policy: Policy) -> None:
    image = put("spec", "template", "spec", "containers", 0, "image", value=UNKNOWN)
    said, unknown = judge_stack(policy, compliant.stack(deployment=image))
    assert said == []
    assert (unknown is not None) == (policy.name == "require-image-digest")


@pytest.mark.parametrize("policy", RULES, ids=lambda policy: policy.name)
def test_a_stack_that_keeps_to_the_rules_is_accepted(policy: Policy) -> None:
    assert judge_stack(policy, compliant.stack()) == ([], None)


@pytest.mark.parametrize("policy", RULES, ids=lambda policy: policy.name)
def test_other_kinds_are_none_of_its_business(policy: Policy) -> None:
    others = [replace(one, type=f"other:index:{one.type.rpartition(':')[2]}", props={}) for one in compliant.stack()]
    assert judge_stack(policy, others) == ([], None)
    nothing: list[Props] = [{}]
    assert (
        violations(policy, deployment(put("containers", value=nothing)), "aws:ecs/taskDefinition:TaskDefinition") == []
    )


@pytest.mark.parametrize("policy", RULES, ids=lambda policy: policy.name)
@pytest.mark.parametrize(
    "value", [None, "text", 3.0, [], {}, [None], ["text"], [[]], [{}], [{"securityContext": None}], [{"env": "x"}]]
)
def test_nothing_that_a_program_declares_makes_a_rule_fail(policy: Policy, value: object) -> None:
    for key in ("containers", "initContainers", "volumes", "securityContext"):
        violations(policy, deployment(put(key, value=value)))
    violations(policy, {"spec": value})


@pytest.mark.parametrize("policy", RULES, ids=lambda policy: policy.name)
@pytest.mark.parametrize("change", CHANGES)
def test_no_rule_fails_for_a_field_that_is_missing_or_strange(policy: Policy, change: Callable[..., Change]) -> None:
    for declared in compliant.stack():
        for path in paths(declared.props):
            changed = compliant.stack(**{declared.name: change(*path)})
            alone = [one for one in changed if one.name == declared.name]
            judge_stack(policy, alone if isinstance(policy, ResourceValidationPolicy) else changed)


def paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where there is something in a value, the value itself apart."""
    inner: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, dict):
        inner = cast("Object", value).items()
    elif isinstance(value, list):
        inner = enumerate(cast("list[object]", value))
    for key, one in inner:
        yield (*path, key)
        yield from paths(one, (*path, key))
