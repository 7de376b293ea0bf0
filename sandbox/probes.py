"""Questions that tell whether something works. Each answers with the reason why not, or None."""

import http.client
import os
import secrets
import socket
import ssl
import struct
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

TIMEOUT: Final = 10.0  # seconds; everything is on this machine, which may be busy
BAD_REQUEST: Final = 400
SERVER_ERROR: Final = 500


def answers(url: str, *, authority: Path | None = None, identity: tuple[Path, Path] | None = None) -> str | None:
    """Whether `url` answers a GET with success.

    Args:
        url: http or https.
        authority: who must have signed the server's certificate; needed for https.
        identity: the files of the client's certificate and key.
    """
    status, reason = _get(url, authority, identity)
    return None if status is not None and status < BAD_REQUEST else reason


def speaks_http(url: str) -> str | None:
    """Whether an HTTP server is at `url`, even if it refuses the request: S3 endpoints want a signature."""
    status, reason = _get(url, None, None)
    return None if status is not None and status < SERVER_ERROR else reason


def accepts(path: Path) -> str | None:
    """Whether someone accepts connections on the unix socket `path`."""
    try:
        # A socket's address holds some hundred characters, so a long path is reached through its open folder.
        folder = os.open(path.parent, os.O_PATH)
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(TIMEOUT)
                connection.connect(f"/proc/self/fd/{folder}/{path.name}")
        finally:
            os.close(folder)
    except OSError as error:
        return f"{path}: {error.strerror or error}"
    return None


def resolves(server: str, name: str) -> str | None:
    """Whether the DNS server answers a query for the address of `name` with at least one record."""
    identifier = secrets.randbits(16)
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.rstrip(".").split("."))
    # Header: recursion desired, one question. Question: the name, type A, class IN (RFC 1035, section 4).
    query = struct.pack(">HHHHHH", identifier, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">HH", 1, 1)
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
            connection.settimeout(TIMEOUT)
            connection.connect((server, 53))
            connection.send(query)
            answer = connection.recv(4096)
    except OSError as error:
        return f"DNS at {server}: {error.strerror or error}"
    answered, flags, _, records = struct.unpack(">HHHH", answer[:8])
    if answered != identifier or flags & 0x000F or not records:
        return f"DNS at {server} does not know {name} (code {flags & 0x000F}, {records} records)"
    return None


def _get(url: str, authority: Path | None, identity: tuple[Path, Path] | None) -> tuple[int | None, str]:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    try:
        if parts.scheme == "https":
            context = ssl.create_default_context(cafile=authority)
            if identity is not None:
                context.load_cert_chain(*identity)
            connection = http.client.HTTPSConnection(host, port, timeout=TIMEOUT, context=context)
        else:
            connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
        try:
            connection.request("GET", parts.path or "/", headers={"Connection": "close"})
            response = connection.getresponse()
            body = response.read(4096).decode(errors="replace")
        finally:
            connection.close()
    except (OSError, http.client.HTTPException) as error:
        return None, f"{url}: {error}"
    return response.status, f"{url} answers {response.status}: {' '.join(body.split())[:300]}"
