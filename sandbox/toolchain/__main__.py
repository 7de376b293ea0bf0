"""`python -m sandbox.toolchain [clean]`: prepare this machine. Safe to run again and to interrupt."""

import sys

from sandbox import state as states
from sandbox.progress import console
from sandbox.state import State
from sandbox.toolchain import debian, images, manifests, programs, removal, space, store
from sandbox.toolchain.golang import BuildError, Go


def prepare(state: State) -> None:
    """Install packages, build programs and images, fetch CRDs; drop the build caches.

    Raises:
        BuildError: a step failed; what was completed before it is kept.
    """
    space.check(state)
    debian.install()
    go = Go(state)
    for one in programs.BUILDS:
        store.link(programs.build(state, one, go), state.bin)
    manifests.fetch(state, go)
    images.build(state)
    go.drop_caches()


def main(arguments: list[str]) -> int:
    """Run the command and return its exit code."""
    state = states.default()
    try:
        match arguments:
            case []:
                prepare(state)
            case ["clean"]:
                removal.remove(state)
            case _:
                console.print("usage: python -m sandbox.toolchain [clean]", markup=False)
                return 2
    except BuildError as error:
        console.print(f"error: {error}", markup=False, style="red")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
