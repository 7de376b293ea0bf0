"""Where base images come from: a registry on this machine mirrors the public ones under their own names."""

import os
from pathlib import Path
from typing import Final

from sandbox.pulumi.plugins.docker_build.reference import Repository

VARIABLE: Final = "CONTAINERS_REGISTRIES_CONF"
PUBLIC: Final = ("docker.io", "quay.io", "registry.k8s.io")


def environment(repository: Repository, workspace: Path) -> dict[str, str]:
    """The variable that tells buildah of the mirror, unless the environment names a configuration already."""
    if VARIABLE in os.environ or not repository.is_local or not repository.name:
        return {}
    tables = ['unqualified-search-registries = ["docker.io"]']
    tables += [f'[[registry]]\nlocation = "{repository.address}"\ninsecure = true']
    tables += [_mirrored(public, repository.address) for public in PUBLIC]
    file = workspace / "registries.conf"
    file.write_text("\n".join(tables))
    return {VARIABLE: str(file)}


def _mirrored(public: str, mirror: str) -> str:
    return f'[[registry]]\nlocation = "{public}"\n[[registry.mirror]]\nlocation = "{mirror}"\ninsecure = true'
