"""The same stacks through the driver `kubeconfig`: on a cluster, a registry and an S3 endpoint that exist."""

from pathlib import Path
from typing import Final

from sandbox import driver, lifecycle
from sandbox.driver import Access, DriverName
from sandbox.journey import journey, stacks
from sandbox.kubeconfig import Existing
from sandbox.state import State

BUILT: Final = ("bin", "images", "manifests", "models", "tools")
"""What the toolchain has built, and a second state directory needs not build again."""


def reached(here: State, folder: Path) -> tuple[State, Access]:
    """A second state directory that reaches the cluster of `here` as any cluster that exists.

    Args:
        here: with a running sandbox.
        folder: for the second state directory.
    """
    access = driver.access(here)
    there = State(folder)
    for name in BUILT:
        (folder / name).symlink_to(here.root / name)
    existing = Existing(kubeconfig=access.kubeconfig, registry=access.registry, s3=access.store, gateway=access.gateway)
    given = lifecycle.up(there, DriverName.KUBECONFIG, existing)
    assert given.identifier == access.identifier
    return there, given


def up_and_down(here: State, folder: Path) -> None:
    """Bring both stacks up on the cluster of `here`, which has none, see its model answer, and remove it all again."""
    there, _ = reached(here, folder)
    journey.up(there)  # which ends with the model's answers, or raises
    for stack in reversed(stacks.existing(there)):
        stack.preview(expect_no_changes=True)
    journey.down(there)
    assert not there.cluster.exists()
    assert not there.pulumi.exists()
