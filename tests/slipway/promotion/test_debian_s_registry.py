"""A real registry, with what a build pushes and what is said of it."""

import json

import pytest

from imagestore import signature
from imagestore.errors import ImageNotFound
from imagestore.reference import Reference
from imagestore.repository import IMAGE, Blob, Manifest, Repository
from slipway.promotion import images
from tests.modelstore.keys import SIGNER
from tests.sandbox.pulumi.plugins.docker_build.conftest import registry, registry_data

__all__ = ["registry", "registry_data"]
pytestmark = pytest.mark.engine

LAYERS = (b"base" * 500_000, b"service")


def described(blob: Blob, kind: str) -> dict[str, object]:
    return {"mediaType": kind, "digest": blob.digest, "size": blob.size}


def pushed(host: str) -> Reference:
    there = Repository(host, "slipway/service")
    config = there.put(b'{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}')
    document = {
        "schemaVersion": 2,
        "mediaType": IMAGE,
        "config": described(config, "application/vnd.oci.image.config.v1+json"),
        "layers": [described(there.put(one), "application/vnd.oci.image.layer.v1.tar") for one in LAYERS],
    }
    manifest = Manifest(json.dumps(document).encode(), IMAGE)
    there.push(manifest, "staging")
    return Reference(host, "slipway/service", manifest.digest)


def test_an_image_is_signed_and_copied_with_all_that_is_said_of_it(registry: str) -> None:
    image = pushed(registry)
    target = image.below(registry, f"{registry}/prod")
    there = Repository(registry, "prod/slipway/service")
    with pytest.raises(ImageNotFound):
        there.manifest(image.digest)
    signature.sign(image, SIGNER)
    subject = [{"name": "x", "digest": {"sha256": image.digest.removeprefix("sha256:")}}]
    said = {"subject": subject, "predicateType": "https://example/kind", "predicate": {"a": 1}}
    signature.attest(image, SIGNER, [said])

    done = images.copy(image, target, lambda _: None)
    assert str(done.image) == f"{registry}/prod/slipway/service@{image.digest}"
    assert (
        there.manifest(image.digest).content == Repository(registry, "slipway/service").manifest(image.digest).content
    )
    for blob, content in zip(there.manifest(image.digest).blobs[1:], LAYERS, strict=True):
        assert there.read(blob) == content
    signature.verify(target, SIGNER.public)
    assert signature.attested(target, SIGNER.public) == {"https://example/kind": {"a": 1}}
    assert images.copy(image, target, lambda _: None).blobs == 0
