"""Prepares this machine for the sandbox: `make setup`. Safe to run again and to interrupt."""

from functools import partial

from sandbox import driver, lock, space
from sandbox.driver import DriverName
from sandbox.kubernetes import preflight
from sandbox.kubernetes.layout import Layout
from sandbox.progress import console, step
from sandbox.state import State
from sandbox.toolchain import aws, concurrency, debian, images, manifests, programs
from sandbox.toolchain.golang import Go


def prepare(state: State) -> None:
    """Install packages, build programs and images, fetch CRDs; drop the build caches.

    What would keep the sandbox from coming up afterwards is refused before the long builds.

    Raises:
        SandboxError: a step failed; what was completed before it is kept.
    """
    preflight.need_root()
    space.check(state)
    with lock.exclusive(state, "toolchain"):
        debian.install()
        access = driver.recorded(state)
        if access is None or access.driver is DriverName.EMBEDDED:
            preflight.check_surroundings(Layout(state))
        go = Go(state)
        longest_first = sorted(programs.BUILDS, key=lambda one: one.estimate, reverse=True)
        makes = [partial(programs.make, state, one, go) for one in longest_first]
        concurrency.run([*makes, partial(images.base, state)])
        manifests.fetch(state, go)
        manifests.fetch_pools(state, go)
        images.build(state)
        aws.install(state)
        if go.caches.exists():
            # A file system that tells its device of each freed block takes minutes for so many files.
            with step("drop the build caches", 120):
                fullest = space.used(state.root)
                go.drop_caches()
                kept = space.used(state.root)
            console.print(
                f"  set-up took {fullest:.1f} GiB below {state.root} at its fullest, and keeps {kept:.1f} GiB"
            )
