import importlib
import re
from pathlib import Path

import pytest
from pulumi_policy import Policy, ResourceValidationPolicy, StackValidationPolicy

from policies import rules

FOLDER = Path(rules.__file__).parent
FILES = sorted(path.relative_to(FOLDER) for path in FOLDER.glob("*/*.py") if path.stem != "__init__")
VERBS = ("forbid", "limit", "require")


def rule(file: Path) -> Policy:
    return getattr(importlib.import_module(f"policies.rules.{file.parent}.{file.stem}"), file.stem)


def test_every_file_holds_a_rule_of_its_name_and_the_pack_enforces_it() -> None:
    found = [rule(file) for file in FILES]
    assert found == rules.RULES
    assert [policy.name for policy in found] == [file.stem.replace("_", "-") for file in FILES]


def test_every_rule_is_in_a_folder_of_its_kind() -> None:
    assert {str(file.parent) for file in FILES} == {"aws", "kubernetes", "stack"}
    for file in FILES:
        if file.parent.name != "aws":
            kind = StackValidationPolicy if file.parent.name == "stack" else ResourceValidationPolicy
            assert isinstance(rule(file), kind)


@pytest.mark.parametrize("file", FILES, ids=str)
def test_every_rule_begins_with_a_verb_of_the_list_and_has_its_tests(file: Path) -> None:
    assert file.stem.startswith(VERBS)
    tests = (Path(__file__).parent / file.with_name(f"test_{file.name}")).read_text()
    assert re.search(r"def test_the_compliant_(pod|stack)_is_accepted", tests)
    assert re.search(r"def test_one_thing_wrong_is_named", tests)


def test_every_rule_says_what_it_wants_in_a_sentence() -> None:
    for policy in rules.RULES:
        assert policy.description.endswith(".")


def test_no_rule_has_a_level_of_its_own() -> None:
    assert all(policy.enforcement_level is None for policy in rules.RULES)
