"""The node's mount namespace: containerd and kubelet use their usual places, and nobody else sees them there.

What they mount ends with their last process, so neither a crash nor `down` leaves a mount behind, and a container
runtime that the machine already has keeps its own `/run/containerd` and `/var/lib/containerd`.
"""

from pathlib import Path
from typing import Final

from sandbox.kubernetes import processes
from sandbox.kubernetes.layout import Layout

# Each is a folder of the same name below `<state>/cluster/node`, but for the logs, which belong with the others.
FOLDERS: Final = (
    Path("/run/containerd"),
    Path("/run/netns"),
    Path("/var/lib/cni"),
    Path("/var/lib/containerd"),
    Path("/var/lib/kubelet"),
    Path("/var/log/containers"),
    Path("/var/log/pods"),
)

MEMBERS: Final = frozenset({"containerd", "kubelet"})  # and what these started

# The namespace is private to begin with; shared inside, so that kubelet may pass mounts on to containers.
_ENTER: Final = (
    'while [ "$1" != -- ]; do mount --bind "$1" "$2" || exit; shift 2; done; shift; mount --make-rshared / && exec "$@"'
)


def member(layout: Layout) -> int | None:
    """The id of a living process inside the namespace, if there is one."""
    return next((one.pid for one in processes.owned(layout.cluster) if one.component in MEMBERS), None)


def command(layout: Layout) -> list[str]:
    """What to put before a command so that it runs inside: it joins the namespace, or makes it."""
    if (inside := member(layout)) is not None:
        return ["nsenter", f"--mount=/proc/{inside}/ns/mnt", "--"]
    pairs: list[str] = []
    for folder in FOLDERS:
        source = place(layout, folder)
        source.mkdir(parents=True, exist_ok=True)
        pairs += [str(source), str(folder)]
    return ["unshare", "--mount", "--propagation", "private", "--", "sh", "-c", _ENTER, "sh", *pairs, "--"]


def place(layout: Layout, folder: Path) -> Path:
    """Where the machine sees the node's `folder`."""
    if folder == Path("/var/log/pods"):
        return layout.log / "pods"
    return layout.node / folder.relative_to("/")
