from pathlib import Path

import pytest

from slipway.errors import BadInput
from slipway.supply import keys
from tests.modelstore.keys import SIGNER, pem


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (keys.SIGNING, keys.PASSWORD, keys.PUBLIC):
        monkeypatch.delenv(name, raising=False)


def test_nobody_has_to_sign() -> None:
    assert keys.signing(None) is None
    with pytest.raises(BadInput, match="no key to sign with: give one by --key or in SLIPWAY_SIGNING_KEY"):
        keys.required(None)
    with pytest.raises(BadInput, match="no key to check with: give one by --key or in SLIPWAY_PUBLIC_KEY"):
        keys.public(None)


def test_a_key_is_in_a_file_or_in_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content, file = pem(password="x"), tmp_path / "key.pem"  # noqa: S106 - of a key that goes with the test
    file.write_text(content)
    monkeypatch.setenv(keys.PASSWORD, "x")
    ours = keys.signing(file)
    monkeypatch.setenv(keys.SIGNING, content)
    same = keys.signing(None)
    assert ours is not None
    assert same is not None
    assert ours.public.pem == same.public.pem
    monkeypatch.setenv(keys.PUBLIC, SIGNER.public.pem)
    assert keys.public(None).pem == SIGNER.public.pem


def test_a_wrong_key_says_which_and_shows_nothing_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "key.pem"
    file.write_text(pem(password="x"))  # noqa: S106 - of a key that goes with the test
    with pytest.raises(BadInput, match=r"key\.pem: it is no private key .*; its password is taken from") as refused:
        keys.signing(file)
    assert "BEGIN" not in str(refused.value)
    monkeypatch.setenv(keys.PUBLIC, "nonsense")
    with pytest.raises(BadInput, match="SLIPWAY_PUBLIC_KEY: it is no public key"):
        keys.public(None)
    with pytest.raises(BadInput, match="can't be read"):
        keys.signing(tmp_path / "none")
