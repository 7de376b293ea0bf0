"""The keys that people and pipelines sign and check with: in a file, or in a variable, so that no file has to be."""

import os
from pathlib import Path
from typing import Final

from modelstore.keys import BadKey, PrivateKey, PublicKey
from slipway.errors import BadInput

SIGNING: Final = "SLIPWAY_SIGNING_KEY"
"""Variable with a private key in PEM."""

PASSWORD: Final = "SLIPWAY_SIGNING_PASSWORD"  # noqa: S105 - a variable's name
"""Variable with its password."""

PUBLIC: Final = "SLIPWAY_PUBLIC_KEY"
"""Variable with a public key in PEM."""


def signing(file: Path | None) -> PrivateKey | None:
    """The key to sign with; None where nobody gave one.

    Raises:
        BadInput: it is no key.
    """
    pem, where = _given(file, SIGNING)
    try:
        return PrivateKey.of(pem, os.environ.get(PASSWORD)) if pem else None
    except BadKey as error:
        raise BadInput(f"{where}: {error}; its password is taken from {PASSWORD}") from None


def public(file: Path | None) -> PublicKey:
    """The key to check with.

    Raises:
        BadInput: nobody gave one, or it is none.
    """
    pem, where = _given(file, PUBLIC)
    if not pem:
        raise BadInput(f"no key to check with: give one by --key or in {PUBLIC}")
    try:
        return PublicKey.of(pem)
    except BadKey as error:
        raise BadInput(f"{where}: {error}") from None


def required(key: PrivateKey | None) -> PrivateKey:
    """The key to sign with.

    Raises:
        BadInput: nobody gave one.
    """
    if key is None:
        raise BadInput(f"no key to sign with: give one by --key or in {SIGNING}")
    return key


def _given(file: Path | None, variable: str) -> tuple[str, str]:
    if file is None:
        return os.environ.get(variable, ""), variable
    try:
        return file.read_text(), str(file)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} can't be read: {error}") from None
