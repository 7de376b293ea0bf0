"""`python -m sandbox.journey setup|up|staging|prod|pipeline|down|…`: what the targets of the Makefile do."""

import sys
from collections.abc import Callable
from functools import partial
from typing import Final

from sandbox import state as states
from sandbox.progress import console
from sandbox.reporting import reported
from sandbox.state import State

# Each takes along only what it needs: the set-up is to run before Pulumi and TensorFlow can be imported.


def _setup(state: State) -> None:
    from sandbox.journey import setup

    setup.prepare(state)


def _up(environment: str, state: State) -> None:
    from sandbox.journey import journey

    journey.up(state, environment)


def _destroy(environment: str, state: State) -> None:
    from sandbox.journey import journey

    journey.destroy(state, environment)


def _pipeline(state: State) -> None:
    from sandbox.journey import pipeline

    pipeline.run(state)


def _down(state: State) -> None:
    from sandbox.journey import journey

    journey.down(state)


def _clean(state: State) -> None:
    from sandbox.journey import removal

    removal.remove(state)


COMMANDS: Final[dict[str, Callable[[State], None]]] = {
    "setup": _setup,
    "up": partial(_up, "local"),
    "staging": partial(_up, "staging"),
    "staging-down": partial(_destroy, "staging"),
    "prod": partial(_up, "prod"),
    "prod-down": partial(_destroy, "prod"),
    "pipeline": _pipeline,
    "down": _down,
    "clean": _clean,
}


def main(arguments: list[str]) -> int:
    """Run the command and return its exit code.

    Raises:
        SystemExit: it failed, and has said why.
    """
    command = COMMANDS.get(" ".join(arguments))
    if command is None:
        console.print(f"usage: python -m sandbox.journey {'|'.join(COMMANDS)}", markup=False)
        return 2
    with reported():
        command(states.default())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
