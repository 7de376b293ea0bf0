"""The stacks obey the policies: seen without a cluster, in seconds."""

from functools import cache

import pytest
from pulumi_policy import EnforcementLevel, Policy

from policies import levels, workloads
from policies.rules import RULES
from tests.infra import stacks
from tests.infra.recording import Recording, Resource
from tests.policies.judging import Declared, judge_stack


def declared(resource: Resource) -> Declared:
    sources = {name: [own(urn) for urn in of.urns] for name, of in resource.request.propertyDependencies.items()}
    return Declared(resource.type, resource.name, resource.inputs, sources, protect=resource.request.protect)


def own(urn: str) -> str:
    """The URN that the tests give to a resource, whose type is the last of a chain in the engine's."""
    _, _, types, name = urn.split("::")
    return Declared(types.rpartition("$")[2], name, {}).urn


def told(recording: Recording, policy: Policy, stack: str) -> list[str]:
    """What a rule objects to, at whatever level; where it doesn't hold, nothing."""
    if levels.level(policy, stack) is EnforcementLevel.DISABLED:
        return []
    said, unknown = judge_stack(policy, [declared(resource) for resource in recording.resources])
    assert unknown is None
    return said


@pytest.mark.parametrize("policy", RULES, ids=lambda policy: policy.name)
@pytest.mark.parametrize("stack", stacks.STACKS)
def test_the_serving_stacks_obey(stack: str, policy: Policy) -> None:
    assert told(stacks.serving(stack), policy, stack) == []


@pytest.mark.parametrize("policy", RULES, ids=lambda policy: policy.name)
@pytest.mark.parametrize("stack", stacks.STACKS)
def test_the_platforms_obey(stack: str, policy: Policy) -> None:
    found = told(stacks.platform(stack), policy, stack)
    # Where a rule only advises, what it says is known: staging may go as a whole.
    assert found == [] or levels.level(policy, stack) is EnforcementLevel.ADVISORY


def test_staging_is_advised_of_what_may_go() -> None:
    (policy,) = [one for one in RULES if one.name == "require-protection"]
    assert len(told(stacks.platform("staging"), policy, "staging")) == 7


@cache
def platform_with_tls() -> Recording:
    config = stacks.platform_configuration()
    config["slipway-platform:foundation"]["local"]["store"] |= {"endpoint": "https://10.0.0.1", "forceDestroy": False}
    config["slipway-platform:protect"] = True
    return stacks.platform_with(config)


@pytest.mark.parametrize("policy", RULES, ids=lambda policy: policy.name)
def test_a_platform_whose_store_has_tls_obeys_as_production_must(policy: Policy) -> None:
    assert told(platform_with_tls(), policy, "prod") == []


@pytest.mark.parametrize("policy", RULES, ids=lambda policy: policy.name)
def test_only_an_image_that_is_still_to_be_built_keeps_a_preview_from_judging_serving(policy: Policy) -> None:
    resources = [declared(one) for one in stacks.serving("staging", preview=True).resources]
    said, unknown = judge_stack(policy, resources)
    assert said == []
    assert (unknown is not None) == (policy.name == "require-image-digest")


def test_the_rules_see_the_pods_of_both_programs() -> None:
    for recording, names in (
        (
            stacks.platform(),
            {
                "traefik",
                "argo-rollouts",
                "prometheus-operator",
                "prometheus",
                "alertmanager",
                "keda-operator",
                "keda-metrics-apiserver",
            },
        ),
        (
            stacks.serving(),
            {
                "maintenance-predictor",
                "maintenance-predictor-bake",
                "maintenance-predictor-step-10",
                "maintenance-predictor-step-50",
                "maintenance-predictor-verify",
            },
        ),
    ):
        assert {one.name for one in recording.resources if any(workloads.pods(one.type, one.inputs))} == names


def test_the_rules_on_stacks_see_what_belongs_together_on_aws() -> None:
    (policy,) = [one for one in RULES if one.name == "require-flow-logs"]
    without = [one for one in stacks.platform("prod").resources if not one.type.endswith(":FlowLog")]
    assert told(Recording(resources=without), policy, "prod")


def test_the_rules_on_stacks_see_what_belongs_together() -> None:
    for kind, rule in (
        ("BucketVersioning", "require-bucket-versioning"),
        ("PodDisruptionBudget", "require-disruption-budget"),
        ("NetworkPolicy", "require-default-deny"),
    ):
        (policy,) = [one for one in RULES if one.name == rule]
        without = [one for one in stacks.platform().resources if not one.type.endswith(f":{kind}")]
        assert told(Recording(resources=without), policy, "local")
