"""The images that stand in for the official registries: how they get into ours, and how image builds find them."""

from typing import Final

from sandbox import files
from sandbox.embedded import addresses
from sandbox.embedded.containerd import MIRRORED
from sandbox.state import State
from sandbox.toolchain import images

CONFIGURATION: Final = "registries.conf"


def fill(state: State) -> None:
    """Push what the registry lacks, and tell image builds where to find it.

    Raises:
        SandboxError: an image isn't built, or can't be pushed.
    """
    images.push(state, addresses.REGISTRY)
    files.write(state.images / CONFIGURATION, builders_configuration(), mode=0o644)


def builders_configuration() -> str:
    """What containers-registries.conf(5) describes: buildah takes official images from our registry."""
    sections = [
        f'[[registry]]\nprefix = "{registry}"\nlocation = "{addresses.REGISTRY}"\ninsecure = true\n'
        for registry in MIRRORED
    ]
    return "\n".join(['unqualified-search-registries = ["docker.io"]\n', *sections])
