from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from sandbox import lifecycle
from sandbox import pulumi as engine
from sandbox.driver import Access, DriverName
from sandbox.errors import SandboxError
from sandbox.journey import bundles, cloud, cluster, journey, report, stacks
from sandbox.journey.cloud import Cloud
from sandbox.pulumi import EngineError, StackInUse
from sandbox.state import State

STAGING, PROD = cloud.STAGING.name, cloud.PROD.name
UNREACHABLE = EngineError("configured Kubernetes cluster is unreachable")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Everything that a journey calls, in one record."""
    world = Mock()
    world.platform_stack.outputs.return_value = {"modelStore": {}}
    world.existing.return_value = [world.serving_stack, world.platform_stack]
    world.platform.return_value = world.platform_stack
    world.serving.return_value = world.serving_stack
    world.serving_stack.leave_cluster.return_value = world.platform_stack.leave_cluster.return_value = frozenset()
    clouds: dict[str, list[Mock]] = {STAGING: [], PROD: []}

    def existing(one: Cloud, _: State) -> list[Mock]:
        return clouds[one.name]

    monkeypatch.setattr(Cloud, "existing", existing)
    world.clouds = clouds
    for name in ("platform", "cached", "serving"):
        monkeypatch.setattr(Cloud, name, getattr(world.cloud, name))
    world.cloud.platform.return_value = world.platform_stack
    world.cloud.serving.return_value = world.serving_stack
    for module, names in {
        lifecycle: ("up", "down"),
        engine: ("prepare",),
        bundles: ("trained",),
        stacks: ("existing", "platform", "cached", "serving"),
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


def digest(bundle: Path, version: str, store: object, signed_in: object) -> str:
    return f"sha256:{version}"


def up(world: Mock, tmp_path: Path, environment: str = "local") -> State:
    world.trained.return_value = tmp_path / "trained"
    for version in ("1.1.0", "1.0.0"):
        (tmp_path / "trained" / version).mkdir(parents=True, exist_ok=True)
    world.publish.side_effect = digest
    state = State(tmp_path / "state")
    journey.up(state, environment)
    return state


def names(world: Mock) -> list[str]:
    return [name for name, _, _ in world.mock_calls]


def test_the_stack_is_told_the_digest_of_every_version_and_so_is_the_report(world: Mock, tmp_path: Path) -> None:
    booted(world, "one")
    state = up(world, tmp_path)
    digests = {"1.0.0": "sha256:1.0.0", "1.1.0": "sha256:1.1.0"}
    world.serving.assert_called_once_with(state, digests)
    assert world.show.call_args.args[0].versions == digests


def stack(world: Mock, name: str) -> Mock:
    found = getattr(world, name)
    found.leave_cluster.return_value = frozenset()
    found.protected.return_value = []
    return found


def test_another_environment_leaves_the_cluster_before_this_one_comes_and_nothing_of_it_is_destroyed(
    world: Mock, tmp_path: Path
) -> None:
    booted(world, "one")
    world.clouds[PROD] = [stack(world, "prod_serving"), stack(world, "prod_platform")]
    world.clouds[STAGING] = [stack(world, "staging_serving"), stack(world, "staging_platform")]
    up(world, tmp_path, STAGING)
    called = names(world)
    order = ["serving_stack", "platform_stack", "prod_serving", "prod_platform"]
    leaving = [called.index(f"{one}.leave_cluster") for one in order]
    assert leaving == sorted(leaving)
    assert leaving[-1] < called.index("platform_stack.up")
    assert not [one for one in called if one.endswith((".destroy", ".forget")) or "staging_" in one]
    served = world.show.call_args.args[0]
    assert (served.environment, served.entrance) == (STAGING, "10.244.1.3")


def test_one_that_can_not_leave_is_named_and_this_one_does_not_come(world: Mock, tmp_path: Path) -> None:
    booted(world, "one")
    world.clouds[PROD] = [stack(world, "prod_serving")]
    world.prod_serving.leave_cluster.side_effect = EngineError("crds are protected")
    with pytest.raises(SandboxError, match=r"prod has to leave the cluster first, and can't: crds are protected"):
        up(world, tmp_path)
    assert "platform_stack.up" not in names(world)


def test_an_update_of_another_environment_is_left_to_go_on(world: Mock, tmp_path: Path) -> None:
    booted(world, "one")
    world.clouds[PROD] = [stack(world, "prod_serving")]
    world.prod_serving.leave_cluster.side_effect = StackInUse("slipway/prod is being updated")
    with pytest.raises(StackInUse):
        up(world, tmp_path)


def test_models_are_published_by_who_brings_the_platform_up(world: Mock, tmp_path: Path) -> None:
    booted(world, "one")
    up(world, tmp_path, PROD)
    assert world.publish.call_args.args[3] is world.platform_stack.signed_in.return_value


def test_an_environment_is_destroyed_with_its_stacks(world: Mock, tmp_path: Path) -> None:
    world.clouds[STAGING] = [stack(world, "staging_serving"), stack(world, "staging_platform")]
    journey.destroy(State(tmp_path), STAGING)
    changed = [one for one in names(world) if one.endswith((".destroy", ".remove"))]
    assert changed == [
        "staging_serving.destroy",
        "staging_serving.remove",
        "staging_platform.destroy",
        "staging_platform.remove",
    ]
    world.down.assert_not_called()


def test_one_that_is_protected_is_refused_before_anything_goes(world: Mock, tmp_path: Path) -> None:
    world.clouds[PROD] = [stack(world, "prod_serving"), stack(world, "prod_platform")]
    world.prod_platform.protected.return_value = ["urn:pulumi:prod::slipway-platform::aws:kms/key:Key::key"]
    with pytest.raises(SandboxError, match=r"prod is protected \(1 resources, such as key\), and nothing was removed"):
        journey.destroy(State(tmp_path), PROD)
    assert not [one for one in names(world) if one.endswith((".destroy", ".remove"))]


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
