"""Writes files: whole or not at all, and only when they change."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write(file: Path, content: str, mode: int = 0o600) -> Path:
    """Make `file` hold `content`; an equal one is left alone. Returns the file."""
    if file.exists() and file.read_text() == content:
        return file
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as out:
        out.write(content)
    fresh.rename(file)
    return file


def text(content: Mapping[str, Any]) -> str:
    """`content` as JSON, which every reader of YAML takes."""
    return json.dumps(content, indent=2) + "\n"
