import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import yaml

from infra.platform.config import PlatformConfig
from infra.platform.foundation.local.config import Local
from infra.serving.config import ServingConfig
from sandbox.driver import Access, DriverName
from sandbox.errors import SandboxError
from sandbox.journey import configuration, endpoints, stacks
from sandbox.state import State
from sandbox.toolchain import images
from tests.infra.stacks import DIGEST, load

BASE = f"docker.io/library/python:3.11@{DIGEST}"
PUBLISHED = {"1.0.0": f"sha256:{'1' * 64}", "1.1.0": f"sha256:{'2' * 64}"}
MODEL = "slipway:models.maintenance_predictor"


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> State:
    references = {name: f"{image.reference}@{DIGEST}" for name, image in images.IMAGES.items()} | {"python": BASE}
    monkeypatch.setattr(images, "references", Mock(return_value=references))
    monkeypatch.setattr(endpoints, "kubelets", Mock(return_value=[{"cidr": "172.18.0.2/32", "port": 10250}]))
    monkeypatch.setattr(endpoints, "api_server", Mock(return_value=[{"cidr": "172.18.0.2/32", "port": 6444}]))
    return State(tmp_path)


def serving(state: State) -> dict[str, Any]:
    return yaml.safe_load(stacks.serving(state, PUBLISHED).config.read_text())


def edit(state: State, values: Mapping[str, Any]) -> None:
    file = configuration.serving_file(state)
    file.write_text(yaml.safe_dump(configuration.filled(yaml.safe_load(file.read_text()), values)))


def test_a_fresh_serving_stack_is_complete(state: State) -> None:
    config = load(ServingConfig, "slipway", serving(state)["config"])
    assert config.image.build is not None
    assert config.image.build.base == BASE
    assert config.models["maintenance_predictor"].manifest == PUBLISHED["1.0.0"]


def test_the_next_version_needs_its_number_alone(state: State) -> None:
    serving(state)
    edit(state, {f"{MODEL}.version": "1.1.0"})
    assert configuration.at(serving(state), f"{MODEL}.manifest") == PUBLISHED["1.1.0"]


def test_a_version_of_the_users_own_keeps_its_manifest(state: State) -> None:
    serving(state)
    edit(state, {f"{MODEL}.version": "2.0.0", f"{MODEL}.manifest": DIGEST})
    assert configuration.at(serving(state), f"{MODEL}.version") == "2.0.0"
    assert configuration.at(serving(state), f"{MODEL}.manifest") == DIGEST


@pytest.mark.parametrize("build", [None, "elsewhere"])
def test_an_image_that_is_not_built_here_gets_no_base(state: State, build: str | None) -> None:
    serving(state)
    edit(state, {"slipway:image": {"digest": f"127.0.0.1:5050/slipway/service@{DIGEST}", "build": build}})
    assert configuration.at(serving(state), "slipway:image.build") == build


def test_a_stack_without_the_included_model_is_left_alone(state: State) -> None:
    serving(state)
    own = {"pump": {"version": "1.0.0", "manifest": DIGEST}}
    edit(state, {"slipway:models": own})
    assert configuration.at(serving(state), "slipway:models") == own


def platform(state: State, store: str) -> PlatformConfig:
    access = Access(
        driver=DriverName.KUBECONFIG,
        kubeconfig=Path("/their/kubeconfig"),
        identifier="u",
        registry="registry.test:5000",
        store=store,
        gateway="http://gateway.test:30080",
    )
    written = yaml.safe_load(stacks.platform(state, access).config.read_text())["config"]
    return load(PlatformConfig, "slipway-platform", written)


def local(config: PlatformConfig) -> Local:
    assert config.foundation.local
    return config.foundation.local


def test_the_platform_stands_on_the_addresses_of_the_cluster(state: State) -> None:
    config = platform(state, "https://172.18.0.9")
    foundation = local(config)
    assert [(one.cidr, one.port) for one in foundation.api_server] == [("172.18.0.2/32", 6444)]
    assert [(one.cidr, one.port) for one in foundation.kubelets] == [("172.18.0.2/32", 10250)]
    assert foundation.kubeconfig == "/their/kubeconfig"
    assert foundation.registry == "registry.test:5000"
    assert foundation.store.endpoint == "https://172.18.0.9"
    assert [(one.cidr, one.port) for one in foundation.store.addresses] == [("172.18.0.9/32", 443)]
    assert foundation.entrance.url == "http://gateway.test:30080"


def test_what_is_installed_to_watch_gets_its_images(state: State) -> None:
    monitoring = platform(state, "http://10.244.0.1:4566").monitoring
    assert monitoring is not None
    assert monitoring.installed is not None
    for key, image in monitoring.installed.images.model_dump().items():
        # `keda_metrics_apiserver` for …/keda-metrics-apiserver:2.21.0
        assert image.partition(":")[0].rpartition("/")[2].endswith(key.replace("_", "-"))


@pytest.mark.parametrize("said", [None, {"existing": {"url": "http://p:9090", "namespace": "m", "labels": {"a": "b"}}}])
def test_where_nothing_is_installed_to_watch_no_image_is_named(
    state: State, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: dict[str, Any] | None
) -> None:
    committed = yaml.safe_load((configuration.CHECKOUT / "infra/platform/Pulumi.local.yaml").read_text())
    del committed["config"]["slipway-platform:monitoring"]
    if said:
        committed["config"]["slipway-platform:monitoring"] = said
    source = tmp_path / "checkout/infra/platform/Pulumi.local.yaml"
    source.parent.mkdir(parents=True)
    source.write_text(yaml.safe_dump(committed))
    for module in (stacks, configuration):
        monkeypatch.setattr(module, "CHECKOUT", tmp_path / "checkout")
    assert (platform(state, "http://10.244.0.1:4566").monitoring is None) == (said is None)


def test_a_store_that_is_given_by_name_is_found_for_the_network_policies(state: State) -> None:
    store = local(platform(state, "http://localhost:9000")).store
    assert store.endpoint == "http://localhost:9000"
    assert ("127.0.0.1/32", 9000) in [(one.cidr, one.port) for one in store.addresses]


def test_a_store_with_several_addresses_is_reached_at_each_of_them(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [(0, 0, 0, "", (address, 0)) for address in ("10.0.2.7", "10.0.1.7", "10.0.2.7")]
    monkeypatch.setattr(socket, "getaddrinfo", Mock(return_value=found))
    addresses = local(platform(state, "https://s3.example.com")).store.addresses
    assert [(one.cidr, one.port) for one in addresses] == [("10.0.1.7/32", 443), ("10.0.2.7/32", 443)]


def test_a_store_may_have_an_address_of_version_6(state: State) -> None:
    (address,) = local(platform(state, "http://[fd00::9]:9000")).store.addresses
    assert (address.cidr, address.port) == ("fd00::9/128", 9000)


def test_a_store_that_nobody_knows_is_refused(state: State) -> None:
    with pytest.raises(SandboxError, match=r"--s3 http://s3\.invalid: s3\.invalid can't be found .*: give its address"):
        platform(state, "http://s3.invalid")
