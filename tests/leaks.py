"""Looks for secrets where none may be, plain and as they could be encoded."""

import base64
import binascii
import gzip
import json
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from urllib.parse import quote


def nowhere(secrets: Collection[str], places: Iterable[tuple[str, bytes]]) -> int:
    """Look that no place has a secret; returns how many places that were.

    Args:
        secrets: what is looked for.
        places: each with its name and what is in it.
    """
    words = {form for secret in secrets for form in forms(secret)}
    leaks = {place: any(word in content for word in words) for place, content in places}
    telling = [place for place, found in leaks.items() if found]
    assert not telling, f"a secret is told in {', '.join(telling)}"
    return len(leaks)


def forms(secret: str) -> Collection[bytes]:
    """A secret, plain and as it could be encoded. In base64 what comes before it moves it, so it has three forms."""
    plain = secret.encode()
    found = {plain, binascii.hexlify(plain), quote(secret, safe="").encode(), json.dumps(secret)[1:-1].encode()}
    for before in range(3):
        # Without the characters that it shares with what stands before and after it.
        encoded = base64.b64encode(b"\0" * before + plain)
        found.add(encoded[(0, 2, 3)[before] : (len(plain) + before) // 3 * 4])
    return found


def files(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """All files in folders."""
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                yield str(path), unpacked(path.read_bytes())


def unpacked(content: bytes) -> bytes:
    """A content, uncompressed if gzip has compressed it."""
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
