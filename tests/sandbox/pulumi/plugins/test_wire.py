"""Secrets, unknowns and whole numbers on the wire."""

from typing import Any

import pytest

from sandbox.pulumi.plugins import wire
from sandbox.pulumi.plugins.wire import Secret, Unknown


def test_what_is_encoded_comes_back_as_it_was() -> None:
    properties: wire.Properties = {"a": Secret({"b": [1, 2.5, True, None, "x"]}), "c": Unknown(), "d": {}}
    assert wire.decode(wire.encode(properties)) == properties


@pytest.mark.parametrize(
    ("model", "value", "marked"),
    [
        ({"k": Secret("x"), "l": "y"}, {"k": "x", "l": "y"}, {"k": Secret("x"), "l": "y"}),
        ({"k": Secret("x")}, {"k": Secret("other")}, {"k": Secret("other")}),
        ({"k": {"l": Secret("x")}}, {"k": {"l": "drifted", "m": "new"}}, {"k": {"l": Secret("drifted"), "m": "new"}}),
        ({"k": Secret({"l": "x"})}, {"k": {"l": Secret("x")}}, {"k": Secret({"l": "x"})}),
    ],
)
def test_a_part_is_secret_where_the_model_has_a_secret(model: Any, value: Any, marked: Any) -> None:
    assert wire.with_secrets_of(model, value) == marked


@pytest.mark.parametrize(
    "live",
    [
        [{"name": "new", "value": "open"}, {"name": "a", "value": "hush"}],
        [{"name": "a", "value": "hush"}, {"name": "b", "value": "hush"}],
        [],
        {"a": "hush"},
        "hush",
    ],
    ids=str,
)
def test_a_list_with_a_secret_is_one_as_a_whole_for_its_items_move(live: Any) -> None:
    model = {"env": [{"name": "a", "value": Secret("hush")}], "ports": [80]}
    assert wire.with_secrets_of(model, {"env": live, "ports": [80, 81]}) == {"env": Secret(live), "ports": [80, 81]}


def test_a_list_without_secrets_stays_one() -> None:
    assert wire.with_secrets_of({"ports": [80]}, {"ports": [81, 82]}) == {"ports": [81, 82]}
