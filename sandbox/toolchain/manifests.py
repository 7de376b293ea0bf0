"""Upstream CRDs, read from the pinned modules and checked against a lock: they are not copied into the repo.

Those that the platform declares are locked there. Karpenter's NodePool is in a cluster of EKS before any stack is, so
it is the sandbox's own matter.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from infra.platform.crds import lock as crds
from sandbox.errors import BuildError
from sandbox.progress import step
from sandbox.state import State
from sandbox.toolchain import programs, store
from sandbox.toolchain.golang import Go, Module

KARPENTER: Final = Module(programs.MODULES / "karpenter", "sigs.k8s.io/karpenter")
_POOLS: Final = "pkg/apis/crds/karpenter.sh_nodepools.yaml"


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


def fetch_pools(state: State, go: Go) -> None:
    """Bring the definition of NodePools, unless it is there.

    Raises:
        BuildError: the module can't be had.
    """

    def bring(folder: Path) -> None:
        with step("fetch the CRD of NodePools from its pinned module"):
            shutil.copyfile(go.source(KARPENTER) / _POOLS, folder / Path(_POOLS).name)

    store.produce(state.tools / "karpenter", _pools_key(), bring)


def pools(state: State) -> Mapping[str, Any]:
    """The definition of NodePools that `fetch_pools` brought.

    Raises:
        BuildError: it did not.
    """
    file = state.tools / "karpenter" / _pools_key() / Path(_POOLS).name
    if not file.exists():
        raise BuildError("the definition of NodePools isn't there: run `make setup`")
    return yaml.safe_load(file.read_text())


def _pools_key() -> str:
    return store.key(KARPENTER.sum, _POOLS)
