from collections.abc import Mapping
from pathlib import Path

import pulumi
import pytest

from infra.serving import published
from infra.serving.config import Model, ServingConfig
from infra.serving.stack import build
from modelstore.manifest import digest
from modelstore.store import Store
from tests.infra import recording, stacks
from tests.infra.changes import second_model
from tests.infra.values import UNKNOWN, Object

NAME = "maintenance_predictor"
OTHER = f"sha256:{'c' * 64}"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(f"file://{tmp_path}/models", create=True)


def publish(store: Store, version: str, name: str = NAME) -> str:
    """Put a manifest into the store, and return its digest."""
    content = f"the manifest of {name} {version}".encode()
    store.create(f"{name}/{version}/manifest.json", content)
    return digest(content)


def models(version: str, manifest: str, config: Object | None = None) -> dict[str, Model]:
    config = config or stacks.serving_configuration("local")
    config["slipway:models"][NAME] |= {"version": version, "manifest": manifest}
    return stacks.load(ServingConfig, "slipway", config).models


def complaint(store: Store, wanted: Mapping[str, Model]) -> str:
    with pytest.raises(pulumi.RunError) as error:
        published.look(wanted, store.url, {})
    return str(error.value)


def test_a_model_that_is_there_with_its_digest_passes(store: Store) -> None:
    published.look(models("1.0.0", publish(store, "1.0.0")), store.url, {})


def test_a_version_that_is_not_there_is_named_with_those_that_are(store: Store) -> None:
    publish(store, "1.0.0")
    publish(store, "1.10.0")
    publish(store, "1.9.0")
    assert complaint(store, models("9.9.9", OTHER)) == (
        f"slipway:models.maintenance_predictor.version = '9.9.9' is not in {store.url}: "
        "publish it, or name one of 1.0.0, 1.9.0, 1.10.0"
    )


def test_a_model_without_any_version_is_told_how_to_publish_one(store: Store) -> None:
    publish(store, "1.0.0", name="pump")
    assert complaint(store, models("1.0.0", OTHER)) == (
        f"slipway:models.maintenance_predictor.version = '1.0.0' is not in {store.url}: "
        "publish it with `slipway model publish`"
    )


def test_a_version_without_its_manifest_is_not_published(store: Store) -> None:
    store.create(f"{NAME}/1.0.0/saved_model.pb", b"half of it")
    assert "version = '1.0.0' is not in " in complaint(store, models("1.0.0", OTHER))


def test_another_digest_than_the_stores_is_told_with_the_right_one(store: Store) -> None:
    right = publish(store, "1.0.0")
    assert complaint(store, models("1.0.0", OTHER)) == (
        f"slipway:models.maintenance_predictor.manifest = '{OTHER}' "
        f"but version 1.0.0 in the store has {right}: use that"
    )


def test_every_model_that_is_wrong_gets_a_line(store: Store) -> None:
    config = stacks.serving_configuration("local")
    second_model("/pump")(config)
    publish(store, "1.0.0")
    lines = complaint(store, models("1.0.0", OTHER, config)).splitlines()
    assert [line.split(" = ")[0] for line in lines] == [
        "slipway:models.maintenance_predictor.manifest",
        "slipway:models.pump.version",
    ]


def test_a_store_that_cannot_be_asked_is_one_line_with_the_reason(tmp_path: Path) -> None:
    wanted = models("1.0.0", OTHER)
    with pytest.raises(
        pulumi.RunError, match=r"slipway:models can't be looked up, file:\S+: there is no such folder: ."
    ):
        published.look(wanted, f"file://{tmp_path}/none", {})


def test_the_store_is_asked_where_and_how_the_platform_says() -> None:
    asked: list[tuple[set[str], str, dict[str, str]]] = []

    def look(models: Mapping[str, Model], url: str, environment: Mapping[str, str]) -> None:
        asked.append((set(models), url, dict(environment)))

    stacks.serving_with(stacks.serving_configuration("local"), look=look)
    store = stacks.platform().outputs["modelStore"]
    assert asked == [({NAME}, store["url"], {**store["environment"], "AWS_REGION": store["region"]})]


@pytest.mark.parametrize("preview", [True, False])
def test_nothing_in_the_cluster_is_declared_for_a_model_that_is_not_there(
    store: Store, monkeypatch: pytest.MonkeyPatch, *, preview: bool
) -> None:
    stacks.platform()  # is recorded once for all tests, and must not be recorded here
    kept = recording.Recording()
    monkeypatch.setattr(recording, "Recording", lambda: kept)

    def look(models: Mapping[str, Model], url: str, environment: Mapping[str, str]) -> None:
        published.look(models, store.url, {})

    config = stacks.serving_configuration("local")
    with pytest.raises(pulumi.RunError, match=r"version = '1\.0\.0' is not in "):
        stacks.serving_with(config, preview=preview, look=look)
    assert [one.name for one in kept.resources if "kubernetes" in one.type] == []


def test_a_platform_that_is_not_known_yet_is_no_mistake() -> None:
    asked: list[str] = []

    def look(models: Mapping[str, Model], url: str, environment: Mapping[str, str]) -> None:
        asked.append(url)

    unknown: Object = {**stacks.platform().outputs, "modelStore": UNKNOWN}
    config = stacks.serving_configuration("local")

    def program() -> None:
        build(stacks.load(ServingConfig, "slipway", config), look, stacks.all_signed, stacks.nothing_served)

    preview = recording.record(program, "slipway", "local", config, {config["slipway:platform"]: unknown}, preview=True)
    assert asked == []
    assert preview.one("kubernetes")["kubeconfig"] == UNKNOWN
