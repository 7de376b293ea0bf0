"""A protected platform does not go by mistake: one object hangs on all others, and is the first that has to go."""

import pytest

from infra.platform.bolt import NAME
from tests.infra import stacks
from tests.infra.recording import Recording, Resource


def bolt(recording: Recording) -> Resource:
    return recording.resource("ConfigMap", "bolt")


@pytest.mark.parametrize("stack", stacks.STACKS)
def test_it_depends_on_everything_else(stack: str) -> None:
    platform = stacks.platform(stack)
    found = bolt(platform)
    assert found.inputs["metadata"]["name"] == NAME
    others = [one.name for one in platform.resources if one is not found]
    assert len(others) > 50
    assert found.dependencies == set(others)
    assert len(set(found.request.dependencies)) == len(others)


@pytest.mark.parametrize("stack", stacks.STACKS)
def test_it_is_protected_where_the_stack_is(stack: str) -> None:
    assert bolt(stacks.platform(stack)).request.protect is (stack == "prod")
