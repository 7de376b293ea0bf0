"""A line is broken in the ways that matter, one at a time, and stays Python."""

import ast
import random
from typing import Final

import pytest

from tests.infra.stacks import CHECKOUT
from tools.mutation.breaks import breaks
from tools.mutation.parts import PARTS, sources

A_FILE: Final = 10
"""Changes of each source that the gate looks at, drawn anew in each run; the soak reads all twenty thousand."""


def changed(source: str) -> list[str]:
    return [one.source for one in breaks(source)]


@pytest.mark.parametrize(
    ("line", "broken"),
    [
        ("close(door)", "pass"),
        ("door.open = shut", "pass"),
        ("count += step", "pass"),
        ("raise error", "pass"),
        ("x = a == b", "x = (a != b)"),
        ("x = a < b", "x = (a <= b)"),
        ("x = a not in b", "x = (a in b)"),
        ("x = a and b", "x = (a or b)"),
        ("x = not a", "x = (a)"),
        ("x = a if b else c", "x = a if (not b) else c"),
        ("while a: b", "while (not a): b"),
        ("x = True", "x = False"),
        ("x = 8000", "x = 8001"),
        ("x = 0.5", "x = 1.5"),
        ("x = 'web'", "x = 'webx'"),
        ("match x:\n case 1: pass", "match x:\n case 2: pass"),
        ("x = 'ü', 1", "x = 'ü', 2"),
    ],
)
def test_a_line_is_broken(line: str, broken: str) -> None:
    assert broken in changed(line)


@pytest.mark.parametrize(
    "line",
    [
        "'a docstring'",
        "x = 'for people to read'",
        "x = f'{a}-1'",
        "x = a",
        "x = None",
        "@data(frozen=True)\nclass A: a: int",
    ],
)
def test_what_people_read_and_what_would_say_the_same_stays(line: str) -> None:
    assert changed(line) == []


def test_each_break_tells_its_place_and_changes_nothing_else() -> None:
    one, other = breaks("a = [\n    1,\n    2,  # two\n]\n")
    assert (one.line, one.before, one.after) == (2, "1", "2")
    assert (other.line, other.source) == (3, "a = [\n    1,\n    3,  # two\n]\n")


@pytest.mark.parametrize("most", [A_FILE, pytest.param(None, id="all", marks=pytest.mark.soak)])
@pytest.mark.parametrize("part", PARTS)
def test_our_sources_can_be_broken_and_stay_python(part: str, most: int | None) -> None:
    for path in sources(part):
        found = breaks(path.read_text())
        random.shuffle(found)
        for one in found[:most]:
            ast.parse(one.source)


@pytest.mark.parametrize("part", PARTS)
def test_each_part_has_sources_and_tests(part: str) -> None:
    assert sources(part)
    tests = PARTS[part]
    assert tests.alone
    assert all((CHECKOUT / folder).is_dir() for folder in (*tests.alone, *tests.on_the_sandbox))


def test_every_source_is_in_exactly_one_part() -> None:
    product = ("examples", "infra", "modelstore", "policies", "sandbox", "service", "slipway")
    every = sorted(path for folder in product for path in (CHECKOUT / folder).rglob("*.py"))
    assert sorted(path for part in PARTS for path in sources(part)) == every
