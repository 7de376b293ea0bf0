"""Ports for servers that have to be told theirs before they open it."""

import random
import socket
from typing import Final

RANGE: Final = range(20_000, 30_000)
"""Below what Kubernetes gives to Services (from 30000) and the kernel to clients (from 32768): who asks for any port
never gets one of these between here and the server that opens it."""

_chance: Final = random.SystemRandom()  # tests that run side by side begin with the same seed


def free() -> int:
    """A port of 127.0.0.1 that nobody has."""
    while True:
        port = _chance.choice(RANGE)
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)):
                return port
