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
    others = [str(one) for one in platform.resources if one is not found]
    assert len(others) > 50
    assert found.dependencies == set(others)
    assert len(set(found.request.dependencies)) == len(others)


@pytest.mark.parametrize("stack", stacks.STACKS)
def test_the_cluster_refuses_to_delete_it_where_the_stack_is_protected(stack: str) -> None:
    platform = stacks.platform(stack)
    policy = platform.one("ValidatingAdmissionPolicy")
    (rule,) = policy["spec"]["matchConstraints"]["resourceRules"]
    assert (rule["operations"], rule["resources"], rule["resourceNames"]) == (["DELETE"], ["configmaps"], [NAME])
    (refused,) = policy["spec"]["validations"]
    assert refused["expression"] == "false"
    assert "protect: false" in refused["message"]
    binding = platform.one("ValidatingAdmissionPolicyBinding")["spec"]
    assert binding["policyName"] == policy["metadata"]["name"]
    assert binding["validationActions"] == (["Deny"] if stack == "prod" else ["Audit"])
