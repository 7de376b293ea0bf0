"""The programs that come as Debian packages: the container runtime, image tools and packet filters."""

import os
import shutil
import subprocess
from typing import Final

from sandbox.progress import step
from sandbox.toolchain.golang import BuildError

# From each package, a program that shows it is there. Debian 12's own versions: a stable release only takes
# security fixes, so they are named by release instead of being pinned one by one.
PACKAGES: Final = {
    "buildah": "buildah",
    "conntrack": "conntrack",
    "containerd": "containerd",
    "containernetworking-plugins": "/usr/lib/cni/bridge",
    "debootstrap": "debootstrap",
    "docker-registry": "docker-registry",
    "iproute2": "ip",
    "iptables": "iptables",
    "runc": "runc",
    "skopeo": "skopeo",
}


def install() -> None:
    """Install what is missing.

    Raises:
        BuildError: a package can't be installed.
    """
    missing = [package for package, program in PACKAGES.items() if shutil.which(program) is None]
    if not missing:
        return
    if shutil.which("apt-get") is None:
        raise BuildError(f"this is no Debian system: install {', '.join(missing)} by its own means")
    with step(f"install Debian packages: {' '.join(missing)}", 30):
        _apt("update")
        _apt("install", "--yes", "--no-install-recommends", *missing)


def _apt(*arguments: str) -> None:
    done = subprocess.run(
        ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", *arguments],
        env={
            **os.environ,
            "DEBIAN_FRONTEND": "noninteractive",
            # A package must not start its daemon: the sandbox runs its own, with its own configuration.
            "RUNLEVEL": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-10:])
        raise BuildError(f"apt-get {arguments[0]} failed:\n{last}")
