from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from sandbox import lifecycle
from sandbox import pulumi as engine
from sandbox.driver import Access, DriverName
from sandbox.errors import SandboxError
from sandbox.journey import bundles, cluster, journey, report, stacks
from sandbox.pulumi import EngineError, StackInUse
from sandbox.state import State

UNREACHABLE = EngineError("configured Kubernetes cluster is unreachable")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Everything that a journey calls, in one record."""
    world = Mock()
    world.platform_stack.outputs.return_value = {"modelStore": {}}
    world.existing.return_value = [world.serving_stack, world.platform_stack]
    world.platform.return_value = world.platform_stack
    world.serving.return_value = world.serving_stack
    for module, names in {
        lifecycle: ("up", "down"),
        engine: ("prepare",),
        bundles: ("trained",),
        stacks: ("existing", "platform", "serving"),
        journey: ("publish",),
        report: ("show",),
    }.items():
        for name in names:
            monkeypatch.setattr(module, name, getattr(world, name))
    return world


def booted(world: Mock, identifier: str, driver: DriverName = DriverName.EMBEDDED) -> Access:
    access = Access(
        driver=driver, kubeconfig=Path("/k"), identifier=identifier, registry="r", store="http://s", gateway="http://g"
    )
    world.up.return_value = access
    return access


def digest(bundle: Path, version: str, store: object) -> str:
    return f"sha256:{version}"


def up(world: Mock, tmp_path: Path) -> State:
    world.trained.return_value = tmp_path / "trained"
    for version in ("1.1.0", "1.0.0"):
        (tmp_path / "trained" / version).mkdir(parents=True, exist_ok=True)
    world.publish.side_effect = digest
    state = State(tmp_path / "state")
    journey.up(state)
    return state


def names(world: Mock) -> list[str]:
    return [name for name, _, _ in world.mock_calls]


def test_the_stack_is_told_the_digest_of_every_version_and_so_is_the_report(world: Mock, tmp_path: Path) -> None:
    booted(world, "one")
    state = up(world, tmp_path)
    digests = {"1.0.0": "sha256:1.0.0", "1.1.0": "sha256:1.1.0"}
    world.serving.assert_called_once_with(state, digests)
    assert world.show.call_args.args[3] == digests


def test_what_was_on_a_sandbox_that_is_gone_is_forgotten_before_the_new_one_is_touched(
    world: Mock, tmp_path: Path
) -> None:
    booted(world, "one")
    up(world, tmp_path)
    assert "serving_stack.forget" not in names(world)
    world.reset_mock()
    booted(world, "two")
    up(world, tmp_path)
    called = names(world)
    assert called.index("serving_stack.forget") < called.index("platform_stack.init")
    assert called.index("platform_stack.forget") < called.index("platform_stack.init")


def test_down_goes_on_when_an_embedded_sandbox_no_longer_answers(world: Mock, tmp_path: Path) -> None:
    booted(world, "one")
    state = up(world, tmp_path)
    world.serving_stack.destroy.side_effect = UNREACHABLE
    journey.down(state)
    world.down.assert_called_once_with(state)
    assert not state.pulumi.exists()


def test_down_keeps_the_state_of_what_is_still_on_someone_elses_cluster(world: Mock, tmp_path: Path) -> None:
    booted(world, "theirs", DriverName.KUBECONFIG)
    state = up(world, tmp_path)
    world.serving_stack.destroy.side_effect = UNREACHABLE
    with pytest.raises(EngineError, match="unreachable"):
        journey.down(state)
    world.down.assert_not_called()
    assert cluster.recorded(state) is not None


def test_down_leaves_the_sandbox_to_an_update_that_is_under_way(world: Mock, tmp_path: Path) -> None:
    booted(world, "one")
    state = up(world, tmp_path)
    world.serving_stack.destroy.side_effect = StackInUse(
        "slipway/local is being updated by root@here: wait for it to end"
    )
    with pytest.raises(StackInUse):
        journey.down(state)
    world.down.assert_not_called()
    assert state.pulumi.exists()


def test_what_the_release_tool_has_against_a_bundle_is_told(tmp_path: Path) -> None:
    store: dict[str, Any] = {"url": "s3://models", "region": "us-east-1", "environment": {}}
    with pytest.raises(SandboxError, match=rf"maintenance_predictor 1.0.0 could not be published: .*{tmp_path}/none"):
        journey.publish(tmp_path / "none", "1.0.0", store)
