"""What every pod of ours runs as: Pod Security's `restricted` level, an unprivileged user and a read-only root."""

from typing import Final

from pulumi_kubernetes.core.v1 import PodSecurityContextArgsDict, SecurityContextArgsDict

CONTAINER: Final[SecurityContextArgsDict] = {
    "allow_privilege_escalation": False,
    "capabilities": {"drop": ["ALL"]},
    "read_only_root_filesystem": True,
    "run_as_non_root": True,
}


def pod(user: int) -> PodSecurityContextArgsDict:
    """The pod's part, for processes that run as user and group `user`."""
    return {
        "run_as_non_root": True,
        "run_as_user": user,
        "run_as_group": user,
        "fs_group": user,
        "seccomp_profile": {"type": "RuntimeDefault"},
    }
