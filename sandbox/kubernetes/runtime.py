"""What is left of pods when their runtime is gone, and how it is removed."""

import shutil
from pathlib import Path

from sandbox.kubernetes import cgroups, namespace, network
from sandbox.kubernetes.layout import Layout


def recover(layout: Layout) -> None:
    """After a reboot, or when everything was killed: remove the remains of pods, keep images and volumes.

    Does nothing while containerd, kubelet or the shim of any container lives: they find their state by themselves.
    """
    if namespace.member(layout) is None:
        remove(layout)
        # Sockets and mounts of the last life, and addresses that pods of the last life had.
        for folder in (Path("/run/containerd"), Path("/run/netns"), Path("/var/lib/cni")):
            shutil.rmtree(namespace.place(layout, folder), ignore_errors=True)


def remove(layout: Layout) -> None:
    """End every process of every pod, and remove the pods' network interfaces and control groups."""
    cgroups.kill(layout.cgroup)
    if network.is_ours(layout):
        network.detach_pods()
    cgroups.remove(layout.cgroup)
