import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from modelstore.keys import BadKey, BadSignature, PrivateKey, PublicKey, opened, sealed
from tests.modelstore.keys import OTHER, SIGNER, pem


def test_a_signature_is_of_one_key_over_one_content() -> None:
    signature = SIGNER.sign(b"content")
    PublicKey.of(SIGNER.public.pem).check(signature, b"content")
    for key, said in ((SIGNER.public, b"Content"), (OTHER.public, b"content")):
        with pytest.raises(BadSignature):
            key.check(signature, said)
    with pytest.raises(BadSignature):
        SIGNER.public.check(b"nonsense", b"content")


def test_a_key_may_be_encrypted() -> None:
    content = pem(password="correct horse")  # noqa: S106 - of a key that goes with the test
    PrivateKey.of(content, "correct horse").sign(b"")
    for password in (None, "wrong"):
        with pytest.raises(BadKey, match="it is no private key in PEM that this password opens") as refused:
            PrivateKey.of(content, password)
        assert refused.value.__cause__ is None


@pytest.mark.parametrize("content", ["", "-----BEGIN PUBLIC KEY-----\nxx\n-----END PUBLIC KEY-----"])
def test_anything_else_is_no_key(content: str) -> None:
    with pytest.raises(BadKey):
        PublicKey.of(content)
    with pytest.raises(BadKey):
        PrivateKey.of(content)


def test_another_curve_is_refused_by_name() -> None:
    with pytest.raises(BadKey, match="no elliptic key on the curve secp256r1"):
        PrivateKey.of(pem(ec.SECP384R1()))


def test_an_envelope_gives_its_content_to_who_has_the_key() -> None:
    assert opened(SIGNER.public, sealed(SIGNER, b"said")) == b"said"


def test_an_envelope_may_have_several_signatures() -> None:
    envelope = sealed(SIGNER, b"said")
    envelope["signatures"] = sealed(OTHER, b"said")["signatures"] + envelope["signatures"]
    assert opened(SIGNER.public, envelope) == opened(OTHER.public, envelope) == b"said"


@pytest.mark.parametrize(
    "change",
    [
        {"payload": base64.b64encode(b"Said").decode()},
        {"payloadType": "text/plain"},
        {"signatures": []},
        {"signatures": sealed(OTHER, b"said")["signatures"]},
        {"signatures": [{"sig": "%"}]},
        {"signatures": None},
        {"payload": None},
    ],
)
def test_an_envelope_that_was_changed_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(BadSignature):
        opened(SIGNER.public, sealed(SIGNER, b"said") | change)
