import json

import pytest

from imagestore.errors import ImageNotFound, RegistryRefused, SignatureRefused
from imagestore.reference import Reference
from imagestore.signature import about, attest, attested, sign, verify
from tests.imagestore.registry import Fake
from tests.modelstore.keys import OTHER, SIGNER

BOM = "https://cyclonedx.org/bom"


@pytest.fixture
def image(registry: Fake) -> Reference:
    return registry.add(b"layer")


def statement(image: Reference, kind: str = BOM) -> dict[str, object]:
    subject = [{"name": "service", "digest": {"sha256": image.digest.removeprefix("sha256:")}}]
    return {"subject": subject, "predicateType": kind, "predicate": {"of": kind}}


def test_an_image_is_signed_once_and_then_known_by_the_key(registry: Fake, image: Reference) -> None:
    assert sign(image, SIGNER)
    verify(image, SIGNER.public)
    assert not sign(image, SIGNER)
    assert about(image.digest, "sig") == image.digest.replace("sha256:", "sha256-") + ".sig"


def test_an_image_without_a_signature_is_refused(image: Reference) -> None:
    with pytest.raises(SignatureRefused, match="is not signed, and there is a key to check it with"):
        verify(image, SIGNER.public)


def test_another_key_s_signature_is_none(image: Reference) -> None:
    sign(image, OTHER)
    with pytest.raises(SignatureRefused, match="has no signature of this key over this digest"):
        verify(image, SIGNER.public)
    assert sign(image, SIGNER)  # both have signed it then
    for key in (SIGNER, OTHER):
        verify(image, key.public)


def test_the_signature_of_another_image_is_none(registry: Fake, image: Reference) -> None:
    sign(image, SIGNER)
    other = registry.add(b"another")
    content = registry.manifests["slipway/service", about(image.digest, "sig")]
    registry.manifests["slipway/service", about(other.digest, "sig")] = content
    with pytest.raises(SignatureRefused):
        verify(other, SIGNER.public)


@pytest.mark.parametrize("note", ["%", "", None])
def test_a_broken_signature_is_none(registry: Fake, image: Reference, note: str | None) -> None:
    sign(image, SIGNER)
    document = json.loads(registry.manifests["slipway/service", about(image.digest, "sig")][0])
    document["layers"][0]["annotations"] = {"dev.cosignproject.cosign/signature": note} if note is not None else {}
    registry.manifests["slipway/service", about(image.digest, "sig")] = json.dumps(document).encode(), "x"
    with pytest.raises(SignatureRefused):
        verify(image, SIGNER.public)


def test_what_isn_t_there_isn_t_signed(image: Reference) -> None:
    absent = image.of(f"sha256:{'0' * 64}")
    with pytest.raises(ImageNotFound):
        sign(absent, SIGNER)
    with pytest.raises(ImageNotFound):
        attest(absent, SIGNER, [])


def test_tags_that_must_not_move_keep_their_signature(registry: Fake, image: Reference) -> None:
    sign(image, OTHER)
    registry.frozen = True
    with pytest.raises(RegistryRefused, match="tags are immutable here"):
        sign(image, SIGNER)


def test_what_is_said_of_an_image_is_read_by_its_kind(image: Reference) -> None:
    assert attested(image, SIGNER.public) == {}
    assert attest(image, SIGNER, [statement(image), statement(image, "https://slsa.dev/provenance/v1")])
    assert attested(image, SIGNER.public) == {
        BOM: {"of": BOM},
        "https://slsa.dev/provenance/v1": {"of": "https://slsa.dev/provenance/v1"},
    }
    assert attested(image, OTHER.public) == {}
    assert not attest(image, SIGNER, [statement(image)])


def test_what_is_said_of_another_image_says_nothing_of_this_one(registry: Fake, image: Reference) -> None:
    attest(image, SIGNER, [statement(registry.add(b"another"))])
    assert attested(image, SIGNER.public) == {}


def test_the_layout_is_cosign_s(registry: Fake, image: Reference) -> None:
    sign(image, SIGNER)
    document = json.loads(registry.manifests["slipway/service", about(image.digest, "sig")][0])
    [layer] = document["layers"]
    assert layer["mediaType"] == "application/vnd.dev.cosign.simplesigning.v1+json"
    payload = json.loads(registry.blobs["slipway/service", layer["digest"]])
    assert payload["critical"]["image"] == {"docker-manifest-digest": image.digest}
    assert payload["critical"]["type"] == "cosign container image signature"
    config = json.loads(registry.blobs["slipway/service", document["config"]["digest"]])
    assert config["rootfs"]["diff_ids"] == [layer["digest"]]
