from pathlib import Path
from typing import Any

import pytest

from slipway.errors import Refused
from slipway.promotion.environment import Environment, Named
from slipway.releases.pulumi import Engine, PulumiFailed
from tests.slipway.releases.world import World


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    world = World(tmp_path)
    (tmp_path / "Pulumi.yaml").write_text("name: slipway\n")
    world.file.rename(tmp_path / "Pulumi.staging.yaml")
    return tmp_path


def outputs(monkeypatch: pytest.MonkeyPatch, **known: Any) -> None:
    def output(self: Engine, name: str, stack: str | None = None) -> Any:
        assert stack == "organization/slipway-platform/local"
        if name not in known:
            raise PulumiFailed("`pulumi stack output`", [f"no output {name}"])
        return known[name]

    def find(folder: Path, stack: str | None) -> Engine:
        return Engine("pulumi", folder, stack or "organization/slipway/staging")

    monkeypatch.setattr(Engine, "output", output)
    monkeypatch.setattr(Engine, "find", find)


def test_its_platform_says_where_things_are(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = {"url": "s3://models/models", "region": "eu-central-1", "environment": {"AWS_SKIP_SIGNATURE": "true"}}
    outputs(monkeypatch, registry="registry.example", modelStore=models)
    found = Environment.find(Named(folder), {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "x"})
    assert (found.name, found.registry, found.store.url) == ("staging", "registry.example", "s3://models/models")
    assert found.store.environment == {
        "AWS_SKIP_SIGNATURE": "true",
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "AKIA",
        "AWS_SECRET_ACCESS_KEY": "x",
    }


def test_what_people_say_needs_no_platform(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outputs(monkeypatch)
    store = f"file://{folder}/store/models"
    found = Environment.find(Named(folder, "staging", None, store, "registry.example"))
    assert (found.registry, found.store.url) == ("registry.example", store)
    assert found.history("tiny_model").entries == ()


def test_a_platform_that_doesn_t_say_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outputs(monkeypatch)
    with pytest.raises(
        Refused, match=r"doesn't say where the images are \(no output registry\); bring .* up, or use --registry"
    ):
        Environment.find(Named(folder, "staging"))
    with pytest.raises(Refused, match=r"doesn't say where the models are .* or use --store"):
        Environment.find(Named(folder, "staging", None, None, "registry.example"))
