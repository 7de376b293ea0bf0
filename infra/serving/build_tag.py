"""A tag for what is built: the same for the same content and never another's, so a registry may refuse to move tags."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_LENGTH: Final = 12
# What Python leaves beside sources; no image gets it, and it differs from run to run.
_LEFT: Final = ("__pycache__",)


def tag(stack: str, context: Path, dockerfile: Path, base: str) -> str:
    """The stack's name and a fingerprint, like `staging-1f3a5c7e9b2d`.

    Args:
        stack: the stack's name, for who looks into the registry.
        context: folder that is built.
        dockerfile: the Dockerfile.
        base: image that it starts from.
    """
    digest = hashlib.sha256(base.encode())
    for file in (dockerfile, *_files(context)):
        content = file.read_bytes()
        # Lengths, so that no two contents read the same.
        digest.update(f"\0{os.path.relpath(file, context)}\0{len(content)}\0".encode() + content)
    return f"{stack}-{digest.hexdigest()[:_LENGTH]}"


def _files(context: Path) -> Iterator[Path]:
    ignore = context / ".dockerignore"
    lines = ignore.read_text().splitlines() if ignore.exists() else []
    # One that lets nothing in but what it names; of any other, all of the context counts, which makes more tags.
    named = [context / line[1:] for line in lines if line.startswith("!")] if "*" in lines else [context]
    for place in sorted(named):
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if file.is_file() and not set(_LEFT) & set(file.parts):
                yield file
