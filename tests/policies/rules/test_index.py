import importlib
import re
from pathlib import Path

import pytest
from pulumi_policy import Policy

from policies import rules

FILES = sorted(path.stem for path in Path(rules.__file__).parent.glob("*.py") if path.stem != "__init__")
VERBS = ("forbid", "limit", "require")


def test_every_file_holds_a_rule_of_its_name_and_the_pack_enforces_it() -> None:
    found: list[Policy] = [getattr(importlib.import_module(f"policies.rules.{name}"), name) for name in FILES]
    assert found == rules.RULES
    assert [policy.name for policy in found] == [name.replace("_", "-") for name in FILES]


@pytest.mark.parametrize("name", FILES)
def test_every_rule_begins_with_a_verb_of_the_list_and_has_its_tests(name: str) -> None:
    assert name.startswith(VERBS)
    tests = (Path(__file__).parent / f"test_{name}.py").read_text()
    assert re.search(r"def test_the_compliant_pod_is_accepted", tests)
    assert re.search(r"def test_one_thing_wrong_is_named", tests)


def test_every_rule_says_what_it_wants_in_a_sentence() -> None:
    for policy in rules.RULES:
        assert policy.description.endswith(".")


def test_the_pack_is_mandatory() -> None:
    main = (Path(rules.__file__).parents[1] / "__main__.py").read_text()
    assert "RULES, EnforcementLevel.MANDATORY" in main
    assert all(policy.enforcement_level is None for policy in rules.RULES)
