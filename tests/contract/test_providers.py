"""Nothing reaches a cluster or a cloud that a shell happens to be logged in to."""

from collections.abc import Callable

import pytest

from tests.infra import stacks
from tests.infra.recording import Recording


@pytest.mark.parametrize("program", [stacks.platform, stacks.serving])
@pytest.mark.parametrize("stack", stacks.STACKS)
def test_every_resource_has_an_explicit_provider(stack: str, program: Callable[[str], Recording]) -> None:
    recording = program(stack)
    ours = [one for one in recording.resources if not one.type.startswith("pulumi:")]
    assert ours
    assert [one.name for one in ours if not one.provider] == []


@pytest.mark.parametrize(
    "path", [f"{folder}Pulumi.{stack}.yaml" for folder in ("", "infra/platform/") for stack in stacks.STACKS]
)
def test_default_providers_are_switched_off(path: str) -> None:
    assert stacks.committed(path)["pulumi:disable-default-providers"] == ["*"]


def test_every_resource_of_a_provider_belongs_to_a_component() -> None:
    for recording in (stacks.platform(), stacks.platform("prod"), stacks.serving()):
        for resource in recording.resources:
            if not resource.type.startswith("pulumi:"):
                assert "slipway:" in resource.request.parent, resource.name
