"""The images that stand in for the official registries: what they are called, and how they get into ours."""

from typing import Final

from sandbox import files
from sandbox.embedded import addresses
from sandbox.embedded.containerd import MIRRORED
from sandbox.errors import SandboxError
from sandbox.state import State
from sandbox.toolchain import images
from sandbox.toolchain.golang import BuildError

CONFIGURATION: Final = "registries.conf"


def references(state: State) -> dict[str, str]:
    """Every third-party image by name, as `registry/repository:tag@sha256:…`.

    Raises:
        SandboxError: one is not built.
    """
    try:
        return images.references(state)
    except BuildError as error:
        raise SandboxError(str(error)) from None


def fill(state: State) -> None:
    """Push what the registry lacks, and tell image builds where to find it.

    Raises:
        SandboxError: an image can't be pushed.
    """
    try:
        images.push(state, addresses.REGISTRY)
    except BuildError as error:
        raise SandboxError(str(error)) from None
    files.write(state.images / CONFIGURATION, builders_configuration(), mode=0o644)


def builders_configuration() -> str:
    """What containers-registries.conf(5) describes: buildah takes official images from our registry."""
    sections = [
        f'[[registry]]\nprefix = "{registry}"\nlocation = "{addresses.REGISTRY}"\ninsecure = true\n'
        for registry in MIRRORED
    ]
    return "\n".join(['unqualified-search-registries = ["docker.io"]\n', *sections])
