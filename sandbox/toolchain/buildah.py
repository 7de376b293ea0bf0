"""Makes images of one layer with buildah, in a storage that lasts no longer than that."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from sandbox import confined
from sandbox.toolchain import commands


def archive(file: Path, reference: str, *, copy: Sequence[str], config: Sequence[str]) -> None:
    """Write an image, as an OCI archive.

    Args:
        file: the archive; a folder of work stands beside it meanwhile, and stays if this is cut off.
        reference: registry, repository and tag.
        copy: for `buildah copy`: options, source and target.
        config: for `buildah config`: options.

    Raises:
        BuildError: a step failed.
    """
    storage = file.parent / "storage"
    container = _buildah(storage, "from", "scratch")
    options, paths = copy[:-2], copy[-2:]
    _buildah(storage, "copy", *options, container, *paths)
    _buildah(storage, "config", *config, container)
    # A fixed time stamp: the same content gives the same digest.
    _buildah(storage, "commit", "--timestamp", "0", container, f"oci-archive:{file}:{reference}")
    shutil.rmtree(storage)


def _buildah(storage: Path, *arguments: str) -> str:
    cache, passing = storage / "cache", storage / "passing"
    for folder in (cache, passing):
        folder.mkdir(parents=True, exist_ok=True)
    places = ("--root", str(storage / "root"), "--runroot", str(storage / "run"), "--storage-driver", "overlay")
    return commands.run(
        confined.command(["buildah", *places, *arguments], {cache: confined.BLOB_CACHE}),
        f"`buildah {arguments[0]}`",
        environment={**os.environ, "TMPDIR": str(passing)},
    ).strip()
