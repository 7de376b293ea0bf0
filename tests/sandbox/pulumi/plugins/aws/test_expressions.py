"""What the table writes out: expressions, and texts with properties in them."""

from typing import Any

import pytest

from sandbox.pulumi.plugins.aws.expressions import formatted, found, mentioned, parsed, resolved

KNOWN = {"name": "a", "ports": [80, 443], "part": {"x": 1}, "empty": None}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("plain", "plain"),
        ("$name", "a"),
        ("$missing", None),
        ({"name": "$name", "other": "$missing", "fixed": 1}, {"name": "a", "fixed": 1}),
        ({"fixed": 1, "other": "$missing"}, None),
        ({"fixed": 1}, {"fixed": 1}),
        ([{"port": "$ports[0]"}, {"port": "$missing"}], [{"port": 80}]),
        ("$ports[].{port: @}", [{"port": 80}, {"port": 443}]),
        ("$part.x", 1),
        ("$missing || 'b'", "b"),
        ({}, {}),
    ],
)
def test_what_is_not_known_is_left_out_with_all_that_stands_on_it(template: Any, expected: Any) -> None:
    assert resolved(template, KNOWN) == expected


def test_a_property_within_an_expression_is_its_value() -> None:
    answer = {"routes": [{"to": "0.0.0.0/0"}, {"to": "10.0.0.0/8"}]}
    assert found("routes[?to == $to] | [0]", answer, {"to": "10.0.0.0/8"}) == {"to": "10.0.0.0/8"}
    assert found("routes[?to == $to] | [0]", answer, {"to": '`x` "y"'}) is None


def test_an_answer_is_looked_at_alone() -> None:
    assert found("policy", {}, {"policy": "stale"}) is None


@pytest.mark.parametrize(
    ("text", "properties", "identity"),
    [
        ("{cluster}:{principal}", {"cluster": "c", "principal": "arn:aws:iam::1:role/r"}, "c:arn:aws:iam::1:role/r"),
        ("{role}/{policy}", {"role": "r", "policy": "arn:aws:iam::1:policy/p"}, "r/arn:aws:iam::1:policy/p"),
        ("{name}", {"name": "a/b"}, "a/b"),
    ],
)
def test_an_id_is_made_of_properties_and_taken_apart_again(text: str, properties: Any, identity: str) -> None:
    assert formatted(text, properties) == identity
    assert parsed(text, identity) == properties


def test_a_text_is_nothing_while_a_part_of_it_is_not_known() -> None:
    assert formatted("{name}/{missing}", KNOWN) is None
    assert formatted("{empty}", KNOWN) is None


def test_an_id_of_another_form_tells_nothing() -> None:
    assert parsed("{zone}_{name}", "zone") == {}


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ("$name", {"name"}),
        ({"a": ["$x.y", {"b": "$added.z"}], "c": "fixed"}, {"x", "y", "added", "z"}),
        ("$list[?a == $b]", {"list", "a", "b"}),
        (7, set[str]()),
    ],
)
def test_it_is_known_what_an_expression_looks_at(template: Any, names: set[str]) -> None:
    assert mentioned(template) == names
