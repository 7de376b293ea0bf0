"""Whose call it is: the account that an access key belongs to, as AWS writes it into its keys."""

import base64
import re
from typing import Final

from moto.core.models import DEFAULT_ACCOUNT_ID

KEY: Final = re.compile(r"(?:AKIA|ASIA)[A-Z2-7]{16}")
"""The form of AWS's own keys: a prefix, the account in 41 bits, and what tells keys of an account apart."""
_FIRST: Final = 1 << 39
_ODD: Final = "QRSTUVWXYZ234567"


def of_key(key: str) -> str:
    """The account, of twelve digits, that an access key belongs to.

    A key of another form belongs to moto's default account, which is that of whoever uses the S3 endpoint alone.
    """
    if not KEY.fullmatch(key):
        return DEFAULT_ACCOUNT_ID
    half = int.from_bytes(base64.b32decode(key[4:12]), "big") - _FIRST
    account = 2 * half + (key[12] in _ODD)
    return f"{account:012}" if 0 <= account < 10**12 else DEFAULT_ACCOUNT_ID


def key_of(account: str, name: str) -> str:
    """An access key of `account`. The same name makes the same key.

    Args:
        account: of twelve digits.
        name: at most seven letters from A to Z; it ends the key.
    """
    half, odd = divmod(int(account), 2)
    part = base64.b32encode((half + _FIRST).to_bytes(5, "big")).decode()
    return f"AKIA{part}{'Q' if odd else 'A'}{name:A>7}"
