import stat
from pathlib import Path

from modelstore.keys import PrivateKey, PublicKey
from sandbox.journey import signing
from sandbox.state import State


def test_the_key_is_made_once_and_is_nobody_else_s(tmp_path: Path) -> None:
    state = State(tmp_path)
    made = signing.key(state)
    assert signing.key(state) == made
    assert stat.S_IMODE((state.pulumi / "signing.pem").stat().st_mode) == 0o600
    PublicKey.of(made.public).check(PrivateKey.of(made.private).sign(b"x"), b"x")
    assert "PRIVATE" not in repr(made)
