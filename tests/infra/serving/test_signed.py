from collections.abc import Generator, Mapping
from pathlib import Path

import pulumi
import pytest

from imagestore import signature as images
from imagestore.reference import Reference
from infra.serving import signed
from infra.serving.config import ServingConfig
from modelstore.catalog import fetch_manifest
from modelstore.keys import PrivateKey
from modelstore.manifest import digest
from modelstore.store import Store
from slipway.supply import models
from tests.imagestore.registry import Fake, serving
from tests.infra import stacks
from tests.infra.changes import MODEL, put
from tests.modelstore.keys import OTHER, SIGNER
from tests.slipway.models.manifests import manifest

NAME = "maintenance_predictor"
KEYS = {"images": SIGNER.public.pem, "models": SIGNER.public.pem}


@pytest.fixture
def image() -> Generator[Reference]:
    with serving(Fake()) as registry:
        yield registry.add(b"service")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store.open(f"file://{tmp_path}/models", create=True)
    store.create(f"{NAME}/1.0.0/manifest.json", manifest(name=NAME).to_bytes())
    return store


def config(image: Reference, keys: Mapping[str, str], own: Reference | None = None) -> ServingConfig:
    found = stacks.serving_configuration("prod")
    put("slipway:image", value={"digest": str(image)})(found)
    put("slipway:signatures", value=dict(keys))(found)
    put(*MODEL, "version", value="1.0.0")(found)
    put(*MODEL, "manifest", value=digest(manifest(name=NAME).to_bytes()))(found)
    if own:
        put(*MODEL, "image", value=str(own))(found)
    return stacks.load(ServingConfig, "slipway", found)


def sign(store: Store, key: PrivateKey) -> None:
    models.sign(store, fetch_manifest(store, NAME, "1.0.0"), key)


def complaint(config: ServingConfig, store: Store) -> str:
    with pytest.raises(pulumi.RunError) as error:
        signed.look(config, store.url, {})
    return str(error.value)


def test_what_is_signed_passes(image: Reference, store: Store) -> None:
    images.sign(image, SIGNER)
    sign(store, SIGNER)
    signed.look(config(image, KEYS), store.url, {})


def test_what_isn_t_signed_is_named(image: Reference, store: Store) -> None:
    lines = complaint(config(image, KEYS), store).splitlines()
    assert lines[0].startswith(f"slipway:image.digest is refused, {image} is not signed, and there is a key")
    assert lines[1].startswith(f"slipway:models.{NAME} is refused, {store.url}/{NAME}/1.0.0/model.sig: ")


def test_another_key_signs_nothing(image: Reference, store: Store) -> None:
    images.sign(image, OTHER)
    sign(store, OTHER)
    assert len(complaint(config(image, KEYS), store).splitlines()) == 2


@pytest.mark.parametrize("kind", ["images", "models"])
def test_each_kind_has_a_key_of_its_own(kind: str, image: Reference, store: Store) -> None:
    found = complaint(config(image, {kind: KEYS[kind]}), store)
    assert found.startswith({"images": "slipway:image.digest", "models": f"slipway:models.{NAME}"}[kind])
    assert len(found.splitlines()) == 1


def test_a_model_s_own_image_is_looked_at_beside_the_stack_s_which_checks_releases(
    image: Reference, store: Store
) -> None:
    images.sign(image, SIGNER)
    other = image.of(f"sha256:{'0' * 64}")
    assert complaint(config(image, {"images": KEYS["images"]}, other), store).startswith(
        f"slipway:models.{NAME}.image is refused, {other} is not signed"
    )
    assert complaint(config(other, {"images": KEYS["images"]}, image), store).startswith(
        f"slipway:image.digest is refused, {other} is not signed"
    )


def test_a_registry_that_is_away_refuses(store: Store) -> None:
    away = Reference("127.0.0.1:1", "x", f"sha256:{'0' * 64}")
    assert "127.0.0.1:1 can't be reached" in complaint(config(away, {"images": KEYS["images"]}), store)


def test_an_image_that_is_built_here_has_no_signature_yet(store: Store) -> None:
    found = stacks.serving_configuration("staging")
    put("slipway:signatures", value={"images": KEYS["images"]})(found)
    signed.look(stacks.load(ServingConfig, "slipway", found), store.url, {})


def test_nothing_in_the_cluster_is_touched_for_what_isn_t_signed() -> None:
    def refuse(config: ServingConfig, url: str, environment: Mapping[str, str]) -> None:
        raise pulumi.RunError("it is not signed")

    found = stacks.serving_configuration("local")
    put("slipway:signatures", value=KEYS)(found)
    with pytest.raises(Exception, match="it is not signed"):
        stacks.serving_with(found, signs=refuse)


def test_without_keys_nobody_is_asked() -> None:
    def refuse(config: ServingConfig, url: str, environment: Mapping[str, str]) -> None:
        raise AssertionError("nobody wanted that")

    stacks.serving_with(stacks.serving_configuration("local"), signs=refuse)


def test_pods_are_told_the_key_of_models() -> None:
    found = stacks.serving_configuration("local")
    put("slipway:signatures", value={"models": KEYS["models"]})(found)
    [container] = stacks.serving_with(found).one("Deployment")["spec"]["template"]["spec"]["containers"]
    assert {"name": "MODEL_PUBLIC_KEY", "value": KEYS["models"]} in container["env"]
    [other] = stacks.serving().one("Deployment")["spec"]["template"]["spec"]["containers"]
    assert "MODEL_PUBLIC_KEY" not in {one["name"] for one in other["env"]}


def test_a_key_that_is_none_is_refused_by_its_name() -> None:
    found = stacks.serving_configuration("local")
    put("slipway:signatures", value={"models": "nonsense"})(found)
    with pytest.raises(Exception, match=r"slipway:signatures.models: it is no public key in PEM"):
        stacks.serving_with(found)
