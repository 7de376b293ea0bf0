"""`python -m sandbox.local up|down`: what `make up` and `make down` do after the set-up."""

import sys

from rich.text import Text

from sandbox import state as states
from sandbox.engine import EngineError
from sandbox.errors import SandboxError
from sandbox.local import journey
from sandbox.local.questions import NoAnswer
from sandbox.progress import console
from slipway.errors import SlipwayError


def main(arguments: list[str]) -> int:
    """Run the command and return its exit code."""
    state = states.default()
    try:
        match arguments:
            case ["up"]:
                journey.up(state)
            case ["down"]:
                journey.down(state)
            case _:
                console.print("usage: python -m sandbox.local up|down", markup=False)
                return 2
    except SandboxError as error:
        if error.log:
            console.print(Text(error.log, style="dim"))
        return _failed(error)
    except (EngineError, SlipwayError, NoAnswer, OSError) as error:
        return _failed(error)
    except KeyboardInterrupt:
        console.print("interrupted: run it again, and it goes on")
        return 130
    return 0


def _failed(error: Exception) -> int:
    console.print(Text(f"error: {error}", style="red"))
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
