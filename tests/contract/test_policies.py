"""The stacks obey the policies: seen without a cluster, in seconds."""

import pytest
from pulumi_policy import Policy

from policies import workloads
from policies.rules import RULES
from tests.infra import stacks
from tests.infra.recording import Recording
from tests.policies.judging import violations


def told(recording: Recording, policy: Policy) -> list[str]:
    return [
        f"{resource.name}: {message}"
        for resource in recording.resources
        for message in violations(policy, resource.inputs, resource.type)
    ]


@pytest.mark.parametrize("policy", RULES, ids=lambda policy: policy.name)
@pytest.mark.parametrize("stack", stacks.STACKS)
def test_the_serving_stacks_obey(stack: str, policy: Policy) -> None:
    assert told(stacks.serving(stack), policy) == []


@pytest.mark.parametrize("policy", RULES, ids=lambda policy: policy.name)
def test_the_platform_obeys(policy: Policy) -> None:
    assert told(stacks.platform(), policy) == []


def test_the_rules_see_the_pods_of_both_programs() -> None:
    for recording, names in (
        (stacks.platform(), {"traefik", "argo-rollouts"}),
        (stacks.serving(), {"maintenance-predictor", "maintenance-predictor-verify"}),
    ):
        assert {one.name for one in recording.resources if any(workloads.pods(one.type, one.inputs))} == names
