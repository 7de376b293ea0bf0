"""Keys of the tests' own, made anew each time."""

from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from modelstore.keys import PrivateKey


def pem(curve: ec.EllipticCurve | None = None, password: str | None = None) -> str:
    """A private key as `openssl` writes it."""
    encryption = serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
    return (
        ec.generate_private_key(curve or ec.SECP256R1())
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
        .decode()
    )


SIGNER: Final = PrivateKey.of(pem())
OTHER: Final = PrivateKey.of(pem())
