"""Brings the sandbox up and takes it down, with the driver that its state directory was made with."""

from sandbox import driver, files, lock
from sandbox.driver import Access, Driver, DriverName
from sandbox.errors import SandboxError
from sandbox.kubeconfig import Existing, Kubeconfig
from sandbox.kubernetes.driver import Embedded
from sandbox.state import State


def up(state: State, name: DriverName | None = None, existing: Existing | None = None) -> Access:
    """Make the sandbox work, repairing what is gone, and tell how to reach it.

    Args:
        state: where everything is kept.
        name: the driver; without it, the recorded one, or else the embedded.
        existing: the cluster to use with the driver kubeconfig; without it, the recorded one.

    Raises:
        SandboxError: it can't work here, or the state belongs to the other driver.
    """
    with lock.exclusive(state):
        files.sweep(state.root)
        access = _chosen(state, name, existing).up()
        driver.record(state, access)
        return access


def down(state: State) -> None:
    """Remove the sandbox with its data; what the toolchain built stays."""
    with lock.exclusive(state):
        files.sweep(state.root)
        current(state).down()


def current(state: State) -> Driver:
    """The driver of this state directory: the recorded one, or else the embedded."""
    access = driver.recorded(state)
    if access is not None and access.driver is DriverName.KUBECONFIG:
        return Kubeconfig(
            state,
            Existing(kubeconfig=access.kubeconfig, registry=access.registry, s3=access.store, gateway=access.gateway),
        )
    return Embedded(state)


def _chosen(state: State, name: DriverName | None, existing: Existing | None) -> Driver:
    recorded = driver.recorded(state)
    # Before the first `up` has ended well nothing is recorded, but only the embedded driver leaves a folder then.
    present = recorded.driver if recorded else DriverName.EMBEDDED if state.cluster.exists() else None
    wanted = DriverName.KUBECONFIG if existing else name or present or DriverName.EMBEDDED
    if present not in {None, wanted}:
        raise SandboxError(
            f"{state.cluster} holds a sandbox of the driver {present}: run `python -m sandbox down` first, or set "
            "SLIPWAY_STATE to another folder"
        )
    return Kubeconfig(state, existing) if existing else current(state)
