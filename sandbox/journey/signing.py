"""The key that a pipeline on this machine signs with: made once, and gone with the stacks."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sandbox import files
from sandbox.state import State


@dataclass(frozen=True)
class Key:
    """Both halves, in PEM."""

    private: str = field(repr=False)
    public: str


def key(state: State) -> Key:
    """The key of this state directory, which is made if there is none."""
    path = state.pulumi / "signing.pem"
    if not path.exists():
        made = ec.generate_private_key(ec.SECP256R1())
        pem = made.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        files.write(path, pem.decode())
    private = serialization.load_pem_private_key(path.read_bytes(), None)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return Key(path.read_text(), public.decode())
