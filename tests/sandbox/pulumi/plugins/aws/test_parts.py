"""Parts of properties: which mean nothing, which are AWS's choice, and how two values compare."""

from typing import Any

import pytest

from sandbox.pulumi.plugins.aws import parts
from sandbox.pulumi.plugins.wire import Secret, Unknown


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1, "b": False, "c": [], "d": {"e": ""}}, {"a": 1}),
        (["b", "a"], ["a", "b"]),
        ([{"x": 1}, {"y": [2, 1]}], [{"y": [1, 2]}, {"x": 1, "z": None}]),
        ([{"a": 2, "b": 1}, {"a": 1, "b": 2}], [{"b": 1, "a": 2.0}, {"b": 2, "a": 1}]),
    ],
)
def test_what_is_nothing_and_the_order_of_lists_mean_nothing(one: Any, other: Any) -> None:
    assert parts.meaning(one) == parts.meaning(other)


@pytest.mark.parametrize(("one", "other"), [({"a": False}, {"a": True}), ({"a": 1}, {}), (["a"], ["a", "a"])])
def test_what_is_something_means_something(one: Any, other: Any) -> None:
    assert parts.meaning(one) != parts.meaning(other)


def test_only_what_differs_is_left_to_be_told() -> None:
    one: Any = {"a": [{"x": 1, "no": False}], "b": {}}
    other: Any = {"a": [{"x": 2}, {"y": 1}]}
    assert parts.aligned(one, other) == ({"a": [{"x": 1}]}, {"a": [{"x": 2}, {"y": 1}]})


def test_what_is_declared_stays_and_what_is_awss_is_filled_in() -> None:
    declared, live = (
        {"vpc": {"subnets": ["a"]}, "list": [{"k": 1}]},
        {
            "vpc": {"subnets": ["b"], "id": "vpc-1"},
            "list": [{"k": 2, "region": "eu"}],
            "other": {"id": 1},
        },
    )
    assert parts.filled(declared, live, ["vpc.id", "vpc.subnets", "list.region", "other.id"]) == {
        "vpc": {"subnets": ["a"], "id": "vpc-1"},
        "list": [{"k": 1, "region": "eu"}],
    }


def test_a_secret_is_left_as_it_was_declared() -> None:
    assert parts.filled({"a": Secret({"b": 1})}, {"a": {"c": 2}}, ["a.c"]) == {"a": Secret({"b": 1})}


def test_a_preview_does_not_know_what_is_awss() -> None:
    assert parts.unknown({"vpc": {"subnets": []}}, ["vpc.id", "vpc.subnets", "other.id"]) == {
        "vpc": {"subnets": [], "id": Unknown()}
    }


def test_what_is_not_declared_is_dropped() -> None:
    value = {"vpc": {"id": "vpc-1", "subnets": ["a"]}, "list": [{"region": "eu", "k": 1}]}
    assert parts.dropped(value, {"vpc": {"subnets": []}}, ["vpc.id", "list.region"]) == {
        "vpc": {"subnets": ["a"]},
        "list": [{"k": 1}],
    }
    assert parts.dropped(value, value, ["vpc.id", "list.region"]) == value


def test_what_means_the_same_is_written_alike() -> None:
    value, like = {"a": ["x", "y"], "b": {"on": False}, "c": 1}, {"a": ["y", "x"], "c": 2, "d": []}
    assert parts.respelled(value, like) == {"a": ["y", "x"], "b": None, "c": 1, "d": []}
