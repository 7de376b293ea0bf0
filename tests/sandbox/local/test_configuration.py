from pathlib import Path

import pytest
import yaml

from sandbox.local import configuration

COMMITTED = {"config": {"slipway:namespace": "serving", "slipway:models": {"one": {"version": "1.0.0"}}}}


def test_values_land_at_their_paths_and_the_committed_ones_stay() -> None:
    config = configuration.filled(
        COMMITTED, {"slipway:models.one.manifest": "sha256:1", "slipway:images": {"traefik": "t"}}
    )
    assert config["config"] == {
        "slipway:namespace": "serving",
        "slipway:models": {"one": {"version": "1.0.0", "manifest": "sha256:1"}},
        "slipway:images": {"traefik": "t"},
    }
    assert "manifest" not in COMMITTED["config"]["slipway:models"]["one"]  # pyright: ignore[reportArgumentType] (a literal)


def test_a_path_through_what_is_not_there_is_refused() -> None:
    with pytest.raises(KeyError, match="two"):
        configuration.filled(COMMITTED, {"slipway:models.two.manifest": "sha256:1"})


def test_writing_again_keeps_the_salt_of_the_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configuration, "CHECKOUT", tmp_path)
    source, target = tmp_path / "Pulumi.local.yaml", tmp_path / "state" / "serving.local.yaml"
    source.write_text(yaml.safe_dump(COMMITTED))
    configuration.write(source, target, {})
    target.write_text(target.read_text() + "encryptionsalt: v1:abc\n")
    configuration.write(source, target, {"slipway:namespace": "other"})
    written = yaml.safe_load(target.read_text())
    assert written["encryptionsalt"] == "v1:abc"
    assert written["config"]["slipway:namespace"] == "other"
    assert source.read_text() == yaml.safe_dump(COMMITTED)
