"""Nothing reaches a cluster or a cloud that a shell happens to be logged in to."""

import pytest

from tests.infra import stacks


@pytest.mark.parametrize("program", ["platform", *stacks.STACKS])
def test_every_resource_has_an_explicit_provider(program: str) -> None:
    recording = stacks.platform() if program == "platform" else stacks.serving(program)
    ours = [one for one in recording.resources if not one.type.startswith("pulumi:")]
    assert ours
    assert [one.name for one in ours if not one.provider] == []


@pytest.mark.parametrize(
    "path", ["infra/platform/Pulumi.local.yaml", *(f"Pulumi.{stack}.yaml" for stack in stacks.STACKS)]
)
def test_default_providers_are_switched_off(path: str) -> None:
    assert stacks.committed(path)["pulumi:disable-default-providers"] == ["*"]


def test_every_resource_of_a_provider_belongs_to_a_component() -> None:
    for recording in (stacks.platform(), stacks.serving()):
        for resource in recording.resources:
            if not resource.type.startswith("pulumi:"):
                assert "slipway:" in resource.request.parent, resource.name
