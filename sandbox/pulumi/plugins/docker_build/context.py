"""A hash of all that a build can see: the Dockerfile, and what of the context isn't ignored."""

import hashlib
import os
import stat
from pathlib import Path

from sandbox.pulumi.plugins.docker_build import ignore
from sandbox.pulumi.plugins.docker_build.image import dockerfile_text
from sandbox.pulumi.plugins.wire import Properties

CHUNK = 1024 * 1024  # bytes


def context_hash(inputs: Properties) -> str:
    """The hash. Names, modes, contents and the targets of links count; times and owners don't.

    Raises:
        OSError: a file cannot be read.
    """
    context = Path(inputs["context"]["location"])
    location = inputs["dockerfile"].get("location")
    _, rules = ignore.patterns(context, Path(location) if location else None)
    total = hashlib.sha256(dockerfile_text(inputs).encode())
    for path in ignore.members(context, rules):
        total.update(_entry(context / path, str(path)))
    return total.hexdigest()


def _entry(file: Path, name: str) -> bytes:
    mode = file.lstat().st_mode
    if stat.S_ISLNK(mode):
        content = os.readlink(file).encode()
    elif stat.S_ISREG(mode):
        content = _content(file)
    else:
        content = b""  # a folder has its mode; sockets and pipes don't get into an image
    return f"\0{name}\0{mode:o}\0".encode() + content


def _content(file: Path) -> bytes:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.digest()
