"""The commands, as a shell would call them."""

import json
from collections.abc import Generator
from pathlib import Path

import pytest
from click.testing import Result
from cryptography.hazmat.primitives import serialization
from typer.testing import CliRunner

from imagestore.reference import Reference
from slipway.cli import app
from slipway.pipeline.commands import Engine
from slipway.promotion.environment import Environment, Named
from slipway.releases.stack_file import StackFile
from slipway.supply import keys
from tests.imagestore.registry import Fake, serving
from tests.modelstore.keys import OTHER, SIGNER
from tests.slipway.releases.world import MODEL, World
from tests.slipway.supply.layers import BASE, SERVICE


@pytest.fixture
def image() -> Generator[Reference]:
    with serving(Fake()) as registry:
        yield registry.add(BASE, SERVICE)


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The private key in a file, and the public one in its variable."""
    file = tmp_path / "key.pem"
    private = SIGNER._key  # pyright: ignore[reportPrivateUsage]
    file.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    monkeypatch.setenv(keys.PUBLIC, SIGNER.public.pem)
    monkeypatch.delenv(keys.SIGNING, raising=False)
    return file


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_an_image_is_described_signed_and_known(image: Reference, key: Path, tmp_path: Path) -> None:
    out = tmp_path / "supply"
    assert call("image", "verify", image).stderr.startswith(f"slipway: {image} is not signed")
    described = call("image", "describe", image, "--out", out)
    assert described.stdout == f"{out}/sbom.cdx.json\n{out}/provenance.json\n"
    names = [one["name"] for one in json.loads((out / "sbom.cdx.json").read_bytes())["components"]]
    assert names == ["libc6", "fastapi-x"]
    signed = call("image", "sign", image, "--key", key, "--attest", out)
    assert signed.stdout.splitlines() == [
        f"{image} is signed",
        "its bill of materials and provenance are attached",
    ]
    again = call("image", "sign", image, "--key", key, "--attest", out)
    assert again.stdout.splitlines() == [
        f"{image} was signed already, with this key",
        "it had statements already",
    ]
    known = call("image", "verify", image)
    assert known.stdout.splitlines() == [
        f"{image} has a signature of this key",
        "signed statement: https://cyclonedx.org/bom",
        "signed statement: https://slsa.dev/provenance/v1",
    ]


def test_another_key_knows_nothing(image: Reference, key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call("image", "sign", image, "--key", key)
    monkeypatch.setenv(keys.PUBLIC, OTHER.public.pem)
    failed = call("image", "verify", image)
    assert (failed.exit_code, "has no signature of this key" in failed.stderr) == (1, True)


def test_a_model_is_signed_once_and_known(key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "world").mkdir()
    store = World(tmp_path / "world").store.url
    version = (MODEL, "1.1.0", "--store", store)
    assert "tiny_model 1.1.0 is not signed" in call("model", "verify", *version).stderr
    assert call("model", "sign", *version, "--key", key).stdout == f"{MODEL} 1.1.0 is signed\n"
    assert call("model", "sign", *version, "--key", key).stdout == f"{MODEL} 1.1.0 was signed already, with this key\n"
    assert call("model", "verify", *version).stdout == f"{MODEL} 1.1.0 has a signature of this key\n"
    monkeypatch.setenv(keys.PUBLIC, OTHER.public.pem)
    failed = call("model", "verify", *version)
    assert (failed.exit_code, "is refused: it is not signed with this key" in failed.stderr) == (1, True)


@pytest.mark.parametrize("command", [("image", "sign"), ("image", "verify"), ("image", "describe")])
def test_an_image_by_tag_is_wrong_input(command: tuple[str, str], key: Path) -> None:
    failed = call(*command, "registry.example/app:v1")
    assert (failed.exit_code, "is no image by digest" in failed.stderr) == (2, True)


def test_what_isn_t_described_can_t_be_attached(image: Reference, key: Path, tmp_path: Path) -> None:
    failed = call("image", "sign", image, "--key", key, "--attest", tmp_path)
    assert (failed.exit_code, "`slipway image describe` writes it" in failed.stderr) == (2, True)


@pytest.mark.parametrize("signed", [True, False])
def test_a_pipeline_describes_and_signs_all_that_a_stack_serves(
    signed: bool, image: Reference, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "world").mkdir()
    world, out = World(tmp_path / "world"), tmp_path / "supply"

    def find(named: Named, variables: object = None, *, images: bool = True) -> Environment:
        return Environment("staging", StackFile.read(world.file), "", world.store)

    def output(self: Engine, name: str, stack: str | None = None) -> str:
        assert name == "image"
        return str(image)

    monkeypatch.setattr(Environment, "find", find)

    def found(folder: Path, stack: str) -> Engine:
        return Engine("pulumi", folder, stack)

    monkeypatch.setattr(Engine, "find", found)
    monkeypatch.setattr(Engine, "output", output)
    done = call("pipeline", "attest", "-s", "staging", "--out", out, *(["--key", key] if signed else []))
    assert done.exit_code == 0
    assert (out / "sbom.cdx.json").exists()
    assert ("nothing is signed: there is no key" in done.stderr) is not signed
    assert (call("image", "verify", image).exit_code == 0) is signed
    assert (call("model", "verify", MODEL, "1.0.0", "--store", world.store.url).exit_code == 0) is signed
