"""What tests make on this machine has their process's id in its name.

So what a killed run has left is told from what another one is using, and goes before the next test.
"""

import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path


def name(prefix: str) -> str:
    """A name of this process, like no other."""
    return f"{prefix}-{os.getpid()}-{secrets.token_hex(3)}"


def left(prefix: str, names: Iterable[str]) -> list[str]:
    """Those of `names` that processes have given which are dead."""
    pattern = re.compile(rf"{prefix}-(\d+)-[0-9a-f]+")
    matches = ((one, pattern.fullmatch(one)) for one in names)
    return [one for one, match in matches if match and not Path("/proc", match[1]).exists()]
