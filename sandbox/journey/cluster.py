"""Which cluster the stacks were brought up on: state that outlives it would take everything for made already."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from sandbox import files
from sandbox.driver import Access, DriverName
from sandbox.errors import SandboxError
from sandbox.progress import console
from sandbox.pulumi.stack import Stack
from sandbox.state import State


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A cluster, as the stacks on it remember it.

    Attributes:
        driver: which driver provided it.
        identifier: what tells it from others, as in `Access`.
    """

    driver: DriverName
    identifier: str


def recorded(state: State) -> Cluster | None:
    """The cluster that the stacks were brought up on, or None if they never were."""
    try:
        content = json.loads(_file(state).read_text())
    except FileNotFoundError:
        return None
    return Cluster(driver=DriverName(content["driver"]), identifier=content["identifier"])


def settle(state: State, access: Access, stacks: Iterable[Stack]) -> None:
    """Remember the cluster that `access` reaches, before anything is brought up on it.

    Stacks of an embedded cluster that is gone are forgotten. They can't be refreshed: the providers in their state
    have its certificates, which open no other. Nor need they be: objects, images and bucket went with the sandbox.

    Args:
        state: where it is remembered.
        access: how the present cluster is reached.
        stacks: those that exist.

    Raises:
        SandboxError: they are on a cluster of someone else's, which may still be there.
        EngineError: one of them is being updated.
    """
    present = Cluster(driver=access.driver, identifier=access.identifier)
    before = recorded(state)
    if before is not None and before.identifier != present.identifier:
        if before.driver is not DriverName.EMBEDDED:
            raise SandboxError(
                f"{access.kubeconfig} reaches the cluster {present.identifier}, but the stacks are on "
                f"{before.identifier}: give that one with `python -m sandbox up --driver kubeconfig`, or if it is "
                f"gone, remove {state.pulumi}"
            )
        console.print("  the sandbox is a new one: what the stacks had in the former one went with it")
        for stack in stacks:
            stack.forget()
    files.write(_file(state), files.text(asdict(present)))


def _file(state: State) -> Path:
    return state.pulumi / "cluster.json"
