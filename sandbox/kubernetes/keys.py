"""Private keys: elliptic curve, and readable by root alone."""

import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec


def make_pair(public: Path, private: Path) -> None:
    """Make a key pair, unless it is there."""
    if not (public.exists() and private.exists()):
        key = ec.generate_private_key(ec.SECP256R1())
        write(private, key)
        public.write_bytes(
            key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        )


def read(file: Path) -> ec.EllipticCurvePrivateKey:
    """The key in `file`.

    Raises:
        ValueError: it holds something else.
    """
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("not one of our keys")
    return key


def write(file: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Write `key` to `file`, which is never readable by others, not even for a moment."""
    content = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
