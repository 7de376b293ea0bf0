"""What a sandbox gives to everything above it, whichever driver provides it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from sandbox import files
from sandbox.errors import SandboxError
from sandbox.state import State


class DriverName(StrEnum):
    """Where the cluster comes from."""

    EMBEDDED = "embedded"
    KUBECONFIG = "kubeconfig"


@dataclass(frozen=True, kw_only=True)
class Access:
    """How to reach the cluster and what belongs to it.

    Attributes:
        driver: which driver provides it.
        kubeconfig: a file that needs no other file beside it.
        identifier: differs between clusters, also between two that had the same address one after the other.
        registry: prefix of image references, like `127.0.0.1:5050`; this machine pushes, the cluster pulls.
        store: URL of the S3 endpoint, the same for this machine and for pods.
        gateway: URL at which this machine reaches the gateway's NodePort.
    """

    driver: DriverName
    kubeconfig: Path
    identifier: str
    registry: str
    store: str
    gateway: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of the sandbox, as `status` shows it.

    Attributes:
        name: of the component.
        trouble: why it does not work, or None if it does.
        address: where it answers, if anywhere.
        pid: of its process, if it is one of this machine.
        since: when that process began, in seconds since the epoch.
        note: what else people should know.
    """

    name: str
    trouble: str | None
    address: str = ""
    pid: int | None = None
    since: float | None = None
    note: str = ""


class Driver(Protocol):
    """Provides a cluster with a registry and an S3 endpoint."""

    def up(self) -> Access:
        """Make it work, repairing what is gone, and tell how to reach it."""
        ...

    def down(self) -> None:
        """Remove it with its data."""
        ...

    def status(self) -> Sequence[Part]:
        """Look at every part."""
        ...

    def log(self, name: str) -> Path:
        """The file that holds a part's log."""
        ...


def record(state: State, access: Access) -> None:
    """Remember how the sandbox is reached."""
    content: dict[str, Any] = {**asdict(access), "kubeconfig": str(access.kubeconfig)}
    files.write(_file(state), files.text(content))


def recorded(state: State) -> Access | None:
    """How the sandbox is reached, or None if there is none."""
    try:
        content: dict[str, Any] = json.loads(_file(state).read_text())
    except FileNotFoundError:
        return None
    content["kubeconfig"] = Path(content["kubeconfig"])
    content["driver"] = DriverName(content["driver"])
    return Access(**content)


def access(state: State) -> Access:
    """How the sandbox is reached.

    Raises:
        SandboxError: it was never brought up.
    """
    if found := recorded(state):
        return found
    raise SandboxError(f"no sandbox in {state.root}: run `python -m sandbox up`")


def identifier(namespace: dict[str, Any] | None) -> str:
    """The identifier of a cluster: the id that it gave to its namespace kube-system."""
    if namespace is None:
        raise SandboxError(
            "the cluster has no namespace kube-system, so it can't be told from others: is it Kubernetes?"
        )
    return namespace["metadata"]["uid"]


def _file(state: State) -> Path:
    return state.cluster / "access.json"
