"""The programs that come as Debian packages: the container runtime, image tools and packet filters."""

import os
import shutil
from typing import Final

from sandbox.errors import BuildError
from sandbox.progress import step
from sandbox.toolchain import commands

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

# No package may start a daemon, neither now nor at the next boot: the sandbox runs its own, with its own configuration.
# These are all the programs by which packages do that. They do nothing in a mount namespace that the installation has
# for itself, so nothing on the machine has to be put back, however it ends. It has no PID namespace, and outlives us:
# dpkg should not be cut short.
DAEMONS: Final = (
    "/usr/bin/deb-systemd-helper",
    "/usr/bin/deb-systemd-invoke",
    "/usr/sbin/invoke-rc.d",
    "/usr/sbin/update-rc.d",
)
_WITHOUT_DAEMONS: Final = (
    *("unshare", "--mount", "--propagation", "private", "--", "sh", "-c"),
    'while [ "$1" != -- ]; do [ ! -e "$1" ] || mount --bind /bin/true "$1" || exit; shift; done; shift; exec "$@"',
    *("sh", *DAEMONS, "--"),
)
_INTERRUPTED: Final = "dpkg --configure -a"  # apt names the remedy, and does nothing before


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
        try:
            _apt("install", "--yes", "--no-install-recommends", *missing)
        except BuildError as error:
            if _INTERRUPTED not in error.log:
                raise
            # An installation was killed, perhaps our own last one, and has to be brought to its end first.
            _run(*_INTERRUPTED.split())
            _apt("install", "--yes", "--no-install-recommends", *missing)


def _apt(*arguments: str) -> None:
    _run("apt-get", *arguments, "-q", "-o", "DPkg::Lock::Timeout=300")


def _run(*argv: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    commands.run([*_WITHOUT_DAEMONS, *argv], f"`{' '.join(argv[:2])}`", environment=environment)
