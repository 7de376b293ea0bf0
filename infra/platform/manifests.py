"""Upstream CRDs, read from a local folder and checked against a lock before anything is declared."""

import hashlib
from pathlib import Path
from typing import Any, Final

import pulumi
import yaml

LOCK: Final = Path(__file__).parent / "manifests.lock.yaml"


def read(folder: Path, lock: Path = LOCK) -> list[dict[str, Any]]:
    """Every document of every locked file, in the lock's order.

    Raises:
        pulumi.RunError: a file is missing, or is not what the lock says.
    """
    entries: list[dict[str, str]] = yaml.safe_load(lock.read_text())["manifests"]
    return [document for entry in entries for document in _documents(folder / entry["file"], entry["sha256"])]


def _documents(path: Path, sha256: str) -> list[dict[str, Any]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise pulumi.RunError(
            f"slipway-platform:manifests.folder: {path} can't be read ({error.strerror}): `make setup` fetches it"
        ) from None
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise pulumi.RunError(f"{path} has SHA-256 {found}, {LOCK.name} wants {sha256}: remove it and run `make setup`")
    # libyaml's loader: three megabytes take the other one half a minute.
    return [document for document in yaml.load_all(content, yaml.CSafeLoader) if document]
