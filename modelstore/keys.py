"""Keys that models and images are signed with, and statements that carry a signature.

ECDSA on the curve P-256, keys in PEM: what `openssl ecparam`, `cosign` and `model_signing` read. A public key is no
secret. Statements are in envelopes of the DSSE form, which sign the kind of a content together with it.

Whoever gives no keys needs nothing of this, and the library isn't even loaded.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

IN_TOTO: Final = "application/vnd.in-toto+json"
"""Kind of a statement about something that has a digest."""

_CURVE: Final = "secp256r1"
"""The one that `cosign` makes keys on, and that all of these tools can read; its signatures are over a SHA-256."""


class BadKey(ValueError):
    """It is no key that is used here."""


class BadSignature(ValueError):
    """It is no signature of this key over this content."""


@dataclass(frozen=True)
class PublicKey:
    """What a signature is checked with.

    Attributes:
        pem: the key as its tools write it.
    """

    pem: str
    _key: Any

    @classmethod
    def of(cls, pem: str) -> Self:
        """Read a key.

        Raises:
            BadKey: it is something else.
        """
        from cryptography.hazmat.primitives import serialization

        try:
            key = serialization.load_pem_public_key(pem.encode())
        except ValueError:
            raise BadKey("it is no public key in PEM, like '-----BEGIN PUBLIC KEY----- …'") from None
        return cls.known(key)

    @classmethod
    def known(cls, key: Any) -> Self:
        """A key of the library's; raises BadKey."""
        from cryptography.hazmat.primitives import serialization

        if getattr(getattr(key, "curve", None), "name", "") != _CURVE:
            raise BadKey(f"it is no elliptic key on the curve {_CURVE} (P-256)")
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        pem: bytes = key.public_bytes(encoding=serialization.Encoding.PEM, format=form)
        return cls(pem.decode(), key)

    @property
    def hint(self) -> str:
        """What a signature names its key by."""
        return hashlib.sha256(self.pem.encode()).hexdigest()

    def check(self, signature: bytes, content: bytes) -> None:
        """Check a signature.

        Raises:
            BadSignature: it isn't this key's over this content.
        """
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec

        try:
            self._key.verify(signature, content, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            raise BadSignature("it is not signed with this key, or is not what was signed") from None


@dataclass(frozen=True)
class PrivateKey:
    """What a signature is made with."""

    public: PublicKey
    _key: Any

    @classmethod
    def of(cls, pem: str, password: str | None = None) -> Self:
        """Read a key.

        Args:
            pem: the key, as `openssl` writes it.
            password: of an encrypted one.

        Raises:
            BadKey: it is something else, or the password is wrong.
        """
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import serialization

        try:
            key: Any = serialization.load_pem_private_key(pem.encode(), password.encode() if password else None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            # Whatever the library says may hold a part of it.
            raise BadKey("it is no private key in PEM that this password opens") from None
        return cls(PublicKey.known(key.public_key()), key)

    def sign(self, content: bytes) -> bytes:
        """The signature of a content."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec

        return self._key.sign(content, ec.ECDSA(hashes.SHA256()))


def sealed(key: PrivateKey, content: bytes, kind: str = IN_TOTO) -> dict[str, Any]:
    """An envelope with a content and its signature."""
    signature = key.sign(_together(kind, content))
    return {"payloadType": kind, "payload": _text(content), "signatures": [{"sig": _text(signature)}]}


def opened(key: PublicKey, envelope: Mapping[str, Any], kind: str = IN_TOTO) -> bytes:
    """The content of an envelope that has a signature of the key.

    Raises:
        BadSignature: it has none, or is no envelope of that kind.
    """
    try:
        content = base64.b64decode(envelope["payload"], validate=True)
        signatures = [base64.b64decode(one["sig"], validate=True) for one in envelope["signatures"]]
        found: str = envelope["payloadType"]
    except (ValueError, LookupError, TypeError):
        raise BadSignature("it is no signed statement") from None
    if found != kind:
        raise BadSignature(f"it is a signed {found!r}, not {kind!r}")
    for signature in signatures:
        try:
            key.check(signature, _together(kind, content))
        except BadSignature:
            continue
        return content
    raise BadSignature("it is not signed with this key, or is not what was signed")


def _together(kind: str, content: bytes) -> bytes:
    return f"DSSEv1 {len(kind)} {kind} {len(content)} ".encode() + content


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
