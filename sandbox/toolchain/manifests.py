"""Upstream CRDs, read from the pinned modules and checked against a lock: they are not copied into the repo."""

import hashlib
import shutil
from pathlib import Path
from typing import Any, Final

import yaml

from sandbox.errors import BuildError
from sandbox.progress import step
from sandbox.state import State
from sandbox.toolchain import programs, store
from sandbox.toolchain.golang import Go, Module

LOCK: Final = Path(__file__).parents[2] / "infra" / "platform" / "manifests.lock.yaml"


def fetch(state: State, go: Go, lock: Path = LOCK) -> Path:
    """Bring every file of the lock into the state directory and return the folder.

    Raises:
        BuildError: a file's content differs from the lock.
    """
    entries: list[dict[str, Any]] = yaml.safe_load(lock.read_text())["manifests"]
    pins = [Module(programs.MODULES / entry["tool"], entry["module"]) for entry in entries]
    content_key = store.key(lock, *(pin.sum for pin in pins))

    def bring(folder: Path) -> None:
        with step("fetch CRDs from their pinned modules"):
            for entry, pin in zip(entries, pins, strict=True):
                content = (go.source(pin) / entry["source"]).read_bytes()
                found = hashlib.sha256(content).hexdigest()
                if found != entry["sha256"]:
                    raise BuildError(
                        f"{entry['module']}/{entry['source']} has SHA-256 {found}, {lock.name} wants {entry['sha256']}"
                    )
                target = folder / entry["file"]
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(content)

    product = store.produce(state.tools / "manifests", content_key, bring)
    if not state.manifests.is_symlink() or state.manifests.resolve() != product:
        fresh = state.manifests.with_name(".manifests.new")
        fresh.unlink(missing_ok=True)
        if state.manifests.is_dir() and not state.manifests.is_symlink():
            shutil.rmtree(state.manifests)
        fresh.symlink_to(product)
        fresh.rename(state.manifests)
    return state.manifests
