from dataclasses import replace

import pytest

from policies.rules.aws.require_protection import require_protection as rule
from tests.policies.compliant import stack, told
from tests.policies.judging import Change, drop, judge_stack, put


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []


@pytest.mark.parametrize("name", ["bucket", "cluster", "key", "network", "repository"])
def test_one_thing_wrong_is_named(name: str) -> None:
    said, _ = judge_stack(rule, [replace(one, protect=one.protect and one.name != name) for one in stack()])
    assert said == [f"{name!r} is not protected: declare it with protect=True"]


@pytest.mark.parametrize("change", [drop("deletionProtection"), put("deletionProtection", value=False)])
def test_a_cluster_is_protected_by_aws_too(change: Change) -> None:
    (said,) = told(rule, cluster=change)
    assert "cluster 'cluster' has no deletionProtection" in said
