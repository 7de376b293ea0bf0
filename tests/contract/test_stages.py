"""tools/lanes collects the tests of a stage from one folder: a test with its mark elsewhere would never run."""

import re
from pathlib import Path
from typing import Final

TESTS: Final = Path(__file__).parents[1]
SCRIPT: Final = TESTS.parent / "tools" / "lanes"
MARKS: Final = {"cluster", "life", "e2e"}


def test_every_marked_test_lies_in_a_folder_that_its_mark_is_collected_from() -> None:
    stages = re.findall(r'-m "?(\w+)(?: and not soak")? tests/(\w+)', SCRIPT.read_text())
    assert {mark for mark, _ in stages} == MARKS

    for file in TESTS.rglob("test_*.py"):
        marks = set(re.findall(rf"pytest\.mark\.({'|'.join(MARKS)})\b", file.read_text()))
        folder = file.relative_to(TESTS).parts[0]
        assert {(mark, folder) for mark in marks} <= set(stages), file


def test_the_first_stage_runs_what_the_others_do_not() -> None:
    (excluded,) = re.findall(r'-m "(not .*)"', SCRIPT.read_text())
    assert set(excluded.removeprefix("not ").split(" and not ")) == MARKS | {"soak"}
