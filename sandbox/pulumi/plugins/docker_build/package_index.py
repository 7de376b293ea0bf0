"""What package managers in a build need of this machine: whom to trust, and where its package index is.

It is mounted while the build runs, so that neither ends up in the image.
"""

import os
from pathlib import Path
from typing import Final

CERTIFICATES: Final = Path("/etc/ssl/certs/ca-certificates.crt")
SETTINGS: Final = ("index-url", "extra-index-url", "trusted-host", "proxy")


def arguments(workspace: Path) -> list[str]:
    """The mounts, as arguments of buildah."""
    mounts = {CERTIFICATES: CERTIFICATES} if CERTIFICATES.is_file() else {}
    if settings := _pip_settings():
        file = workspace / "pip.conf"
        file.write_text("[global]\n" + "".join(f"{name} = {value}\n" for name, value in settings.items()))
        mounts[file] = Path("/etc/pip.conf")
    return [f"--volume={source}:{target}:ro" for source, target in mounts.items()]


def _pip_settings() -> dict[str, str]:
    names = {name: f"PIP_{name.upper().replace('-', '_')}" for name in SETTINGS}
    return {name: os.environ[variable] for name, variable in names.items() if os.environ.get(variable)}
