"""Staging and prod on this machine say what they say on AWS, but for what only this machine knows."""

from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import yaml

from infra.platform.config import PlatformConfig
from infra.serving.config import ServingConfig
from infra.shared.quantities import Quantity
from sandbox.driver import Access, DriverName
from sandbox.errors import SandboxError
from sandbox.journey import cloud, configuration
from sandbox.journey.cloud import PROD, STAGING, Cloud
from sandbox.pulumi.stack import Stack
from sandbox.state import State
from sandbox.toolchain import images
from tests.infra import stacks
from tests.infra.stacks import DIGEST, load

BASE = f"docker.io/library/python:3.11@{DIGEST}"
PUBLISHED = {"1.0.0": f"sha256:{'1' * 64}", "1.1.0": f"sha256:{'2' * 64}"}
CLOUDS = pytest.mark.parametrize("environment", [STAGING, PROD], ids=lambda one: one.name)
PROCESSORS = 2
IMAGE = f"127.0.0.1:5050/slipway/service@{DIGEST}"


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> State:
    references = {name: f"{image.reference}@{DIGEST}" for name, image in images.IMAGES.items()} | {"python": BASE}
    monkeypatch.setattr(images, "references", Mock(return_value=references))
    return State(tmp_path)


def access(driver: DriverName = DriverName.EMBEDDED) -> Access:
    return Access(
        driver=driver,
        kubeconfig=Path("/k"),
        identifier="u",
        registry="127.0.0.1:5050",
        store="http://10.244.0.1:4566",
        gateway="http://127.0.0.1:30080",
    )


def built(state: State, monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Let serving stacks have been brought up with an image."""

    def exists(stack: Stack) -> bool:
        return stack.name in names

    monkeypatch.setattr(Stack, "exists", property(exists))
    monkeypatch.setattr(Stack, "outputs", Mock(return_value={"image": IMAGE}))


def platform(state: State, environment: Cloud) -> dict[str, Any]:
    return yaml.safe_load(environment.platform(state, access()).config.read_text())["config"]


def serving(state: State, environment: Cloud) -> dict[str, Any]:
    return yaml.safe_load(environment.serving(state, PUBLISHED).config.read_text())["config"]


@CLOUDS
def test_the_platform_is_the_committed_one_in_this_machine_s_networks(state: State, environment: Cloud) -> None:
    written, committed = platform(state, environment), stacks.aws_configuration(environment.name)
    config = load(PlatformConfig, "slipway-platform", written)
    assert config.foundation.aws
    assert config.foundation.aws.network.own
    assert config.foundation.aws.network.own.cidr == "10.244.0.0/16"
    assert config.foundation.aws.cluster.service_cidr == "10.96.0.0/16"
    assert config.crds.folder == str(state.manifests)
    # Everything else is as it was.
    assert different(committed, written) == {
        "slipway-platform:crds.folder",
        "slipway-platform:foundation.aws.cluster.serviceCidr",
        "slipway-platform:foundation.aws.network.own.cidr",
        "slipway-platform:foundation.aws.nodes.pools.general.cpu",
        "slipway-platform:monitoring.installed.resources.requests.cpu",
        "slipway-platform:namespaces.serving.quota.requests.cpu",
        *(f"slipway-platform:images.{key}" for key in ("traefik", "argoRollouts")),
        *(
            f"slipway-platform:monitoring.installed.images.{key}"
            for key in committed["slipway-platform:monitoring"]["installed"]["images"]
        ),
    }


def different(one: Any, other: Any, path: str = "") -> set[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        return {
            found
            for key in {*one, *other}  # pyright: ignore[reportUnknownVariableType]
            for found in different(one.get(key), other.get(key), f"{path}.{key}" if path else str(key))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        }
    return set() if one == other else {path}


@CLOUDS
def test_images_keep_the_account_s_names_and_have_this_machine_s_digests(state: State, environment: Cloud) -> None:
    config = platform(state, environment)
    named = [*config["slipway-platform:images"].values()]
    named += config["slipway-platform:monitoring"]["installed"]["images"].values()
    assert len(named) == 8
    for image in named:
        assert image.startswith(f"{environment.account.registry}/")
        assert image.endswith(f"@{DIGEST}")


@CLOUDS
def test_the_caches_of_its_registry_get_what_the_platform_pulls(
    state: State, environment: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    push = Mock()
    monkeypatch.setattr(images, "push", push)
    platform(state, environment)
    environment.cached(state, access())
    _, registry, named = push.call_args.args
    assert registry == "127.0.0.1:5050"
    assert named["argo-rollouts"] == (f"{environment.account.registry}/quay/argoproj/argo-rollouts:v1.10.1@{DIGEST}")
    assert set(named) <= set(images.IMAGES)


@CLOUDS
def test_all_of_it_fits_on_this_machine_with_a_release_under_way(
    state: State, environment: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(state, monkeypatch, "staging")
    declared = stacks.platform_on_aws(platform(state, environment), environment.name)
    claimed = Decimal(0)
    for one in declared.resources:
        if one.type.endswith(":Deployment"):
            spec = one.inputs["spec"]
            claimed += int(spec["replicas"]) * sum(map(cpu, spec["template"]["spec"]["containers"]))
        elif one.type.endswith((":Prometheus", ":Alertmanager")):
            claimed += int(one.inputs["spec"]["replicas"]) * cpu(one.inputs["spec"])
    served = load(ServingConfig, "slipway", serving(state, environment))
    for model in served.models.values():
        claimed += 2 * model.scaling.min_replicas * model.resources.requests.cpu.value
    own = Decimal("0.05")  # cluster DNS and metrics-server
    assert claimed + own < PROCESSORS


def cpu(container: dict[str, Any]) -> Decimal:
    return Quantity.parse(container["resources"]["requests"]["cpu"]).value


@CLOUDS
def test_the_serving_stack_is_complete(state: State, environment: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    built(state, monkeypatch, "staging")
    config = load(ServingConfig, "slipway", serving(state, environment))
    assert config.platform == f"organization/slipway-platform/{environment.name}"
    assert config.models["maintenance_predictor"].manifest == PUBLISHED["1.0.0"]
    if environment is STAGING:
        assert config.image.build
        assert config.image.build.base == BASE
    else:
        assert config.image.digest == f"{PROD.account.registry}/slipway/service@{DIGEST}"


def test_what_a_user_has_made_of_it_stays_and_is_not_shared_again(state: State) -> None:
    before = serving(state, STAGING)
    file = configuration.serving_file(state, "staging")
    edited = configuration.filled(
        yaml.safe_load(file.read_text()), {"slipway:models.maintenance_predictor.version": "1.1.0"}
    )
    file.write_text(yaml.safe_dump(edited))
    after = serving(state, STAGING)
    assert different(before, after) == {
        "slipway:models.maintenance_predictor.version",
        "slipway:models.maintenance_predictor.manifest",
    }
    assert not file.with_name(f"{file.name}.before").exists()


def test_production_takes_no_image_that_nobody_has_proven(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    built(state, monkeypatch)
    with pytest.raises(SandboxError, match=r"prod takes an image that staging or local has built.* `make staging`"):
        serving(state, PROD)


def test_an_image_that_production_names_is_left_alone(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    built(state, monkeypatch, "local")
    serving(state, PROD)
    file = configuration.serving_file(state, "prod")
    own = f"{PROD.account.registry}/slipway/service@sha256:{'7' * 64}"
    file.write_text(
        yaml.safe_dump(configuration.filled(yaml.safe_load(file.read_text()), {"slipway:image.digest": own}))
    )
    assert serving(state, PROD)["slipway:image"] == {"digest": own}


def test_a_cluster_of_somebody_else_s_is_no_eks(state: State) -> None:
    with pytest.raises(SandboxError, match="staging has to be on the sandbox's own cluster"):
        STAGING.platform(state, access(DriverName.KUBECONFIG))


def test_a_shell_works_as_who_the_stack_lets_in(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud.accounts, "signed_in", lambda _state, _account, role: {"ROLE": role})  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    shell = STAGING.shell(state, platform=False)
    assert shell["ROLE"] == STAGING.account.deployer
    assert shell["PULUMI_OPTION_CONFIG_FILE"] == str(configuration.serving_file(state, "staging"))
    shell = STAGING.shell(state, platform=True)
    assert shell["ROLE"] == STAGING.account.administrator
    assert shell["PULUMI_OPTION_CONFIG_FILE"] == str(configuration.platform_file(state, "staging"))


def test_of_what_processors_there_are_a_share_is_claimed_and_limits_stay() -> None:
    config = {
        "config": {
            "a": {"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"cpu": "2"}},
            "b": {"pools": {"general": {"cpu": "128"}}},
            "c": [{"cpu": "left"}],
        }
    }
    assert cloud.scaled(config, Decimal(1) / 8)["config"] == {
        "a": {"requests": {"cpu": "125m", "memory": "2Gi"}, "limits": {"cpu": "2"}},
        "b": {"pools": {"general": {"cpu": "16000m"}}},
        "c": [{"cpu": "left"}],
    }
