"""Upstream CRDs, read from the pinned modules and checked against a lock: they are not copied into the repo."""

import shutil
from pathlib import Path

from infra.platform.crds import lock as crds
from sandbox.errors import BuildError
from sandbox.progress import step
from sandbox.state import State
from sandbox.toolchain import programs, store
from sandbox.toolchain.golang import Go, Module


def fetch(state: State, go: Go, lock: Path = crds.LOCK) -> Path:
    """Bring every file of the lock into the state directory and return the folder.

    Raises:
        BuildError: a file's content differs from the lock.
    """
    entries = crds.entries(lock)
    pins = {entry.file: Module(programs.MODULES / entry.tool, entry.module) for entry in entries}
    content_key = store.key(lock, *(pin.sum for pin in pins.values()))

    def bring(folder: Path) -> None:
        with step("fetch CRDs from their pinned modules"):
            try:
                crds.bring(entries, folder, lambda entry: go.source(pins[entry.file]))
            except crds.CrdsError as error:
                raise BuildError(str(error)) from None

    product = store.produce(state.tools / "manifests", content_key, bring)
    if not state.manifests.is_symlink() or state.manifests.resolve() != product:
        fresh = state.manifests.with_name(".manifests.new")
        fresh.unlink(missing_ok=True)
        if state.manifests.is_dir() and not state.manifests.is_symlink():
            shutil.rmtree(state.manifests)
        fresh.symlink_to(product)
        fresh.rename(state.manifests)
    return state.manifests
