"""`python -m sandbox.journey up|down`: what `make up` and `make down` do after the set-up."""

import sys

from sandbox import state as states
from sandbox.errors import SandboxError
from sandbox.journey import journey
from sandbox.journey.questions import NoAnswer
from sandbox.progress import console
from sandbox.reporting import reported
from slipway.errors import SlipwayError


def main(arguments: list[str]) -> int:
    """Run the command and return its exit code.

    Raises:
        SystemExit: it failed, and has said why.
    """
    state = states.default()
    with reported():
        try:
            match arguments:
                case ["up"]:
                    journey.up(state)
                case ["down"]:
                    journey.down(state)
                case _:
                    console.print("usage: python -m sandbox.journey up|down", markup=False)
                    return 2
        except (SlipwayError, NoAnswer) as error:
            raise SandboxError(str(error)) from None
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
